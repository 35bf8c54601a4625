import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { AdvisoryError } from './advisory-error.ts';
import type { FeedTally, ReadContext, ShardSink, Statement } from './feed.ts';
import { productTree, redHatComponents } from './feeds/redhat-products.ts';
import { redHatStatements, redHatVulnerability } from './feeds/redhat-statements.ts';
import { feeds } from './feeds.ts';
import { decodeStatements, encodeStatement } from './store/shard-format.ts';
import { edit, mutate } from './testing/edits.ts';

/** What goes into a shard comes out of it. */
function expectHolds(statement: Statement): void {
  const [decoded] = decodeStatements(statement.package, statement.scheme, `[${encodeStatement(statement)}]`);
  expect(decoded).toEqual(statement);
}

const product = (id: string, helper: object) => ({
  category: 'product_name',
  product: { product_id: id, product_identification_helper: helper },
});
const component = 'BaseOS-8:openssl-1:3-1.el8.x86_64';

const vex = {
  tree: {
    branches: [
      {
        category: 'vendor',
        branches: [
          product('BaseOS-8', { cpe: 'cpe:/o:redhat:enterprise_linux:8::baseos' }),
          product('openssl-1:3-1.el8.x86_64', {
            purl: 'pkg:rpm/redhat/openssl@3-1.el8?arch=x86_64&epoch=1&rpmmod=a:1',
          }),
        ],
      },
    ],
    relationships: [
      {
        full_product_name: { product_id: component },
        product_reference: 'openssl-1:3-1.el8.x86_64',
        relates_to_product_reference: 'BaseOS-8',
      },
    ],
  },
  vulnerability: {
    cve: 'CVE-2024-1000',
    cwe: { id: 'CWE-1' },
    release_date: '2024-01-01T00:00:00Z',
    product_status: { fixed: [component], known_affected: [component], known_not_affected: [component] },
    remediations: [
      { category: 'vendor_fix', date: '2024-01-01', url: 'https://a.example/RHSA-2024:1', product_ids: [component] },
      { category: 'no_fix_planned', details: 'Will not fix', product_ids: [component] },
    ],
    scores: [
      {
        cvss_v3: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', baseScore: 9.8 },
        products: [component],
      },
    ],
    threats: [{ category: 'impact', details: 'Low', product_ids: [component] }],
  },
};

test('a VEX document with anything anywhere is refused, or gives statements that a shard can hold', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const value = edits.reduce((current: unknown, [path, to]) => mutate(current, path, to), vex) as typeof vex | null;
      const tree = z.safeParse(productTree, value?.tree);
      const vulnerability = z.safeParse(redHatVulnerability, value?.vulnerability);
      if (!tree.success || !vulnerability.success) return;
      const components = redHatComponents(tree.data);
      for (const { statement } of redHatStatements(vulnerability.data, components, null, () => true, null))
        expectHolds(statement);
    }),
    { seed: 31, numRuns: 1500 },
  );
});

test('a product tree of any depth is walked', () => {
  let tree: object = { category: 'x', branches: [] };
  for (let depth = 0; depth < 5000; depth++) tree = { category: 'x', branches: [tree] };
  expect(redHatComponents({ branches: [tree] }).size).toBe(0);
});

const oval = `<?xml version="1.0"?><oval_definitions xmlns:l="urn:l"><definitions><definition id="def:1"><metadata>
<title>ELSA-2024-1: PHSA-2024 CVE-2024-1000</title><reference source="CVE" ref_id="CVE-2024-1000"/><advisory><severity>Low</severity>
<issued date="2024-01-01"/><cve cvss3="5.5/CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N">CVE-2024-1000</cve></advisory></metadata>
<criteria operator="AND"><criterion comment="SUSE Linux Enterprise Server 15 SP3 is installed" test_ref="tst:0"/><criteria operator="OR">
<criterion comment="a is signed with a key" test_ref="tst:2"/><criterion comment="a is affected" test_ref="tst:1"/>
</criteria></criteria></definition></definitions><tests><l:rpminfo_test id="tst:1"><l:object object_ref="obj:1"/><l:state state_ref="ste:1"/>
</l:rpminfo_test></tests><objects><l:rpminfo_object id="obj:1"><l:name>a</l:name></l:rpminfo_object></objects><states>
<l:rpminfo_state id="ste:1"><l:evr operation="less than">0:1-2</l:evr><l:arch>(x86_64|aarch64)</l:arch></l:rpminfo_state></states></oval_definitions>`;

const updateInfo = `<?xml version="1.0"?><updates><update type="security"><id>ALAS2023-1</id><issued date="2024-01-01"/><severity>low</severity>
<references><reference id="CVE-2024-1000" type="cve"/></references><pkglist><collection><package name="a" epoch="0" version="1" release="2"/>
</collection></pkglist></update></updates>`;

/** Reads a feed's group from one text, whatever file it asks for; statements that it gives must be such as a shard can hold. */
async function readAll(name: string, shard: string, text: Buffer): Promise<number> {
  let statements = 0;
  const tally: FeedTally = { read: 0, rejected: 0, firstRejection: null, withdrawn: 0, irrelevant: 0 };
  const nothing = () => undefined;
  const sink = {
    wants: () => true,
    statement: (_: string, statement: Statement) => {
      statements++;
      expectHolds(statement);
    },
    ...{ rating: nothing, kev: nothing, endOfLife: nothing, text: nothing, touch: nothing, dated: nothing },
    withdrawn: nothing,
  } as unknown as ShardSink;
  const context = {
    sink,
    tally,
    signal: undefined,
    stream: () =>
      (async function* () {
        yield text;
      })(),
    path: async () => undefined,
    json: async () => undefined,
  } as ReadContext;
  const feed = feeds.find((each) => each.name === name)!;
  const discovery = { asOf: '2024-06-01', only: undefined, json: async () => undefined, text: async () => undefined };
  const groups = await feed.groups({ ...discovery, list: () => undefined });
  const group = groups.find((each) => each.makes(shard));
  await group!.read(context).catch((error: unknown) => expect(error).toBeInstanceOf(AdvisoryError));
  return statements;
}

describe.each([
  ['azure-linux', 'azurelinux-3.0', oval],
  ['photon', 'photon-5.0', oval],
  ['suse-oval', 'sles-15.3', oval],
  ['amazon-alas', 'amazon-linux-2023', updateInfo],
])('%s', (name, shard, text) => {
  test('with words and bytes exchanged ends, and ends in statements or AdvisoryError alone', async () => {
    const whole = Buffer.from(text);
    expect(await readAll(name, shard, whole)).toBeGreaterThan(0);
    const spots = [...text.matchAll(/[\w:.-]+/g)];
    const word = fc.oneof(
      fc.constantFrom('', '0', '__proto__', 'constructor', '&amp;', ' is affected', 'negate'),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(spots.length - 1), word), { maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 1 }),
        async (words, flips) => {
          let edited = text;
          for (const [at, to] of words.toSorted(([a], [b]) => b - a)) {
            const { index, 0: old } = spots[at]!;
            edited = edited.slice(0, index) + to + edited.slice(index + old.length);
          }
          const bytes = Buffer.from(edited);
          for (const [at, to] of flips) if (at < bytes.length) bytes[at] = to;
          await readAll(name, shard, bytes);
        },
      ),
      { seed: 32, numRuns: 150 },
    );
  });
});
