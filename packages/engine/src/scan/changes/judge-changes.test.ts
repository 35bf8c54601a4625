import { describe, expect, it } from 'vitest';
import type { Package } from '../../inventory/types.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { failOnPolicy } from '../../policy/fail-on.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { makeFinding, makeSubject } from '../../policy/testing/subjects.ts';
import type { Upgrade } from '../../policy/types.ts';
import { applyUpgrades } from './apply-upgrades.ts';
import { judgeChanges } from './judge-changes.ts';

const pkg = (type: string, name: string, version: string, more: Partial<Package> = {}): Package => ({
  type,
  name,
  version,
  purl: `pkg:${type}/${name}@${version}`,
  arch: null,
  source: null,
  licenses: [],
  locations: [{ path: `/lib/${name}`, layer: null }],
  ownedBy: null,
  ...more,
});
const upgrade = (more: Partial<Upgrade>): Upgrade => ({
  type: 'npm',
  names: ['lodash'],
  source: null,
  from: '1.0',
  to: '2.0',
  path: '/lib/lodash',
  ...more,
});

describe('applyUpgrades', () => {
  it('changes the packages that are meant, and no other', () => {
    const source = { name: 'openssl', version: '3.0.9-1' };
    const packages = [
      pkg('deb', 'libssl3', '3.0.9-1', { source, purl: 'pkg:deb/debian/libssl3@3.0.9-1?arch=amd64' }),
      pkg('deb', 'openssl', '3.0.9-1', { source }),
      pkg('deb', 'other', '3.0.9-1', { source: { name: 'other', version: '3.0.9-1' } }),
      pkg('npm', 'lodash', '1.0', { purl: 'pkg:npm/%40scope/lodash@1.0' }),
      pkg('npm', 'lodash', '1.0', { locations: [{ path: '/elsewhere', layer: null }] }),
      pkg('rpm', 'bash', '1:5.1-1', { source: { name: 'bash', version: '5.1-1' } }),
    ];
    const { packages: after, changed } = applyUpgrades(packages, [
      upgrade({ type: 'deb', names: ['libssl3'], source: 'openssl', from: '3.0.9-1', to: '1:3.0.11-1+b', path: null }),
      upgrade({}),
      upgrade({ type: 'rpm', names: ['bash'], from: '1:5.1-1', to: '1:5.2-3', path: '/lib/bash' }),
    ]);
    expect(after.map(({ purl, version, source: of }) => [purl, version, of?.version ?? null])).toEqual([
      ['pkg:deb/debian/libssl3@1:3.0.11-1%2Bb?arch=amd64', '1:3.0.11-1+b', '1:3.0.11-1+b'],
      ['pkg:deb/openssl@1:3.0.11-1%2Bb', '1:3.0.11-1+b', '1:3.0.11-1+b'],
      ['pkg:deb/other@3.0.9-1', '3.0.9-1', '3.0.9-1'],
      ['pkg:npm/%40scope/lodash@2.0', '2.0', null],
      ['pkg:npm/lodash@1.0', '1.0', null],
      ['pkg:rpm/bash@5.2-3', '1:5.2-3', '5.2-3'],
    ]);
    expect(changed.size).toBe(4);
  });
});

describe('judgeChanges', () => {
  const options = { policies: [failOnPolicy('Low')], exceptions: [], gate: true };
  const judged = (version: string, flaws: Readonly<Record<string, string | null>>) => {
    const findings = Object.entries(flaws).map(([id, fix]) => {
      const fixed = fix === null ? { state: 'not-fixed', versions: [] } : { state: 'fixed', versions: [fix] };
      return makeFinding({ id, package: 'lodash', version, fix: fixed as { state: 'fixed'; versions: string[] } });
    });
    return evaluate(makeSubject({ findings }), options);
  };
  /** What each version of lodash has, and what mends it. */
  const run = async (flaws: Readonly<Record<string, Readonly<Record<string, string | null>>>>) => {
    const first = judged('1', flaws['1'] ?? {});
    const path = first.findings[0]?.evidence.path ?? null;
    const packages = [pkg('deb', 'lodash', '1', { locations: path === null ? [] : [{ path, layer: null }] })];
    const seen: string[] = [];
    const inventory = { ...makeSubject({}).inventory, packages };
    const verdict = await judgeChanges(
      inventory,
      first,
      async ({
        inventory: {
          packages: [now],
        },
      }) => {
        seen.push(now?.version ?? '');
        return judged(now?.version ?? '', flaws[now?.version ?? ''] ?? {});
      },
    );
    return { seen, after: verdict.afterChanges, texts: verdict.changes.map(({ text }) => text) };
  };

  it('says that the image passes', async () => {
    expect(await run({ 1: { 'CVE-1': '2' } })).toEqual({
      seen: ['2'],
      after: { made: 1, result: 'pass', exitCode: 0, reasons: [], rules: [] },
      texts: ['upgrade lodash from 1 to 2: fixes CVE-1'],
    });
  });

  it('raises an upgrade whose version is found wanting', async () => {
    const { seen, after, texts } = await run({ 1: { 'CVE-1': '2' }, 2: { 'CVE-2': '3' } });
    expect({ seen, result: after?.result, texts }).toEqual({
      seen: ['2', '3'],
      result: 'pass',
      texts: ['upgrade lodash from 1 to 3: fixes CVE-1'],
    });
  });

  it('says what still stops it', async () => {
    const { after, texts } = await run({ 1: { 'CVE-1': '2', 'CVE-3': null }, 2: { 'CVE-3': null } });
    expect(after).toMatchObject({ result: 'fail', exitCode: 1, rules: ['fail-on-low'] });
    expect(texts).toHaveLength(2);
  });

  it('ends where every version has another flaw', async () => {
    const endless = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [at + 1, { [`CVE-${at}`]: `${at + 2}` }]));
    const { seen, after, texts } = await run(endless);
    expect(seen).toEqual(['2', '3', '4', '5']);
    expect(after?.result).toBe('fail');
    expect(texts).toEqual(['upgrade lodash from 1 to 5: fixes CVE-0']);
  });

  it('is silent where no upgrade would help', async () => {
    expect(await run({ 1: { 'CVE-1': null } })).toMatchObject({ seen: [], after: undefined });
  });
});

describe('steps that rules ask for', () => {
  const file = { type: 'file', uid: 0, gid: 0, size: 1, layer: null } as const;
  const account = { uid: 7, gid: 7, groups: [], home: '/', shell: '', hash: null, sudo: 'none', admin: false } as const;
  const secret = {
    title: 'token',
    severity: 'High',
    layer: null,
    masked: 'x****',
    deleted: false,
    example: false,
  } as const;
  const subject = makeSubject({
    config: { user: '', exposedPorts: ['22/tcp', '80/tcp'], env: ['DEBUG=1', 'TOKEN=x'], volumes: ['/etc'] },
    packages: [pkg('deb', 'sudo', '1'), pkg('deb', 'bash', '1')],
  });
  const { facts } = subject.inventory;
  const full = {
    ...subject,
    inventory: {
      ...subject.inventory,
      facts: {
        ...facts,
        files: [
          { ...file, path: '/bin/su', mode: '4755' },
          { ...file, path: '/root/id_rsa', mode: '600' },
        ],
        users: [{ ...account, name: 'toor', password: 'empty' as const, layer: null }],
        secrets: [
          { ...secret, kind: 'token', path: '/app/key' },
          { ...secret, kind: 'token', env: 'TOKEN' },
        ],
        dockerfile: [{ instruction: 'ADD', text: 'ADD a /b', layer: null, created: null, base: null }],
      },
    },
  };
  const judged = async (...rules: readonly string[]) => {
    const text = rules.map((rule, at) => `- { id: r${at}, action: deny, message: "broken ${at}", ${rule} }`).join('\n');
    const options = { policies: [loadPolicy(`name: p\nrules:\n${text}\n`, 'p')], exceptions: [], gate: true };
    return judgeChanges(full.inventory, evaluate(full, options), async ({ inventory }) =>
      evaluate({ ...full, inventory }, options),
    );
  };

  it.each<readonly [rule: string, note: string]>([
    ['scope: config, when: config.root', 'with USER 65532:65532'],
    ['scope: config, when: "!config.healthcheck"', 'with a HEALTHCHECK'],
    ['scope: config, when: "config.tcpPorts.exists(p, p == 22)"', 'without 22/tcp'],
    ['scope: config, when: "config.env.exists(e, e == \'DEBUG\')"', 'without DEBUG'],
    ['scope: config, when: "config.volumes.exists(v, v == \'/etc\')"', 'without /etc'],
    ['scope: file, when: file.setUid', '/bin/su without set-id bits and not writable by all'],
    [
      'scope: file, files: [/root/id_rsa], when: "true"',
      '/root/id_rsa without set-id bits and not writable by all, without /root/id_rsa',
    ],
    ['scope: package, when: "pkg.name == \'sudo\'"', 'without sudo'],
    ['scope: user, when: "user.password == \'empty\'"', 'without the account toor'],
    ['scope: secret, when: "secret.path != \'\'"', 'without it'],
    ['scope: secret, when: "secret.env != \'\'"', 'without TOKEN'],
    ['scope: instruction, when: "line.instruction == \'ADD\'"', 'without that line'],
  ])('%s is proven by judging again', async (rule, note) => {
    const { changes, afterChanges } = await judged(rule);
    expect(changes).toMatchObject([{ proven: true }]);
    expect(changes[0]?.note?.split(', ').at(-1)).toBe(note.split(', ').at(-1));
    expect(afterChanges).toMatchObject({ made: 1, result: 'pass', rules: [] });
  });

  it('says what is not enough, and leaves alone what cannot be shown', async () => {
    const { changes, afterChanges } = await judged(
      'scope: config, when: config.root',
      'scope: config, when: "size(config.labels) == 0"',
      "scope: image, when: \"!packages.exists(p, p.name == 'bash' && p.version == '2')\"",
      'scope: config, when: "config.user != \'app\'"',
    );
    expect(changes.map(({ text, proven }) => [text, proven])).toEqual([
      ['broken 0', true],
      ['broken 1', undefined],
      ['broken 3', false],
      ['broken 2', undefined],
    ]);
    expect(changes[2]?.note).toBe('judged again with USER 65532:65532: it is still found');
    expect(afterChanges).toMatchObject({ made: 2, result: 'fail', rules: ['r1', 'r2', 'r3'] });
  });
});
