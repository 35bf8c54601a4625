import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { readSbom } from '../packages/engine/src/inventory/sbom/read-sbom.ts';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (...parts: string[]): string => join(scratch.path, ...parts);
const formats = ['cyclonedx', 'cyclonedx-1.5', 'spdx', 'spdx-tag-value'] as const;

/** Made up, in the form that is recognised; parted, so that nobody takes this file for one that leaks. */
const token = ['ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5', '2cUV9k'].join('');
const second = ['AKIA', 'QYLPMN5HFIQR7XYA'].join('');

const jar = (version: string, classes: readonly string[]) =>
  zipOf({
    'META-INF/maven/g/log4j-core/pom.properties': `groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=${version}\n`,
    ...Object.fromEntries(classes.map((name) => [`${name}.class`, 'x'])),
  });

const stanza = (name: string) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: vim\nVersion: 1-1\n\n`;

const layers: FixtureEntry[][] = [
  [
    {
      path: 'etc/os-release',
      content: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    },
    { path: 'etc/passwd', content: 'root:x:0:0::/root:/bin/sh\nadmin::0:0::/home:/bin/sh\n' },
    { path: 'var/lib/dpkg/status', content: stanza('vim-doc') + stanza('vim-tiny') },
    { path: 'var/lib/dpkg/info/vim-doc.list', content: '/.\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/vim\n' },
    { path: 'usr/bin/su', content: 'x', mode: 0o4755 },
    { path: 'bin/sh', content: 'x', mode: 0o755 },
  ],
  [
    { path: 'app/without.jar', content: jar('2.14.1', ['a/B']) },
    { path: 'app/with.jar', content: jar('2.14.0', ['org/apache/logging/log4j/core/lookup/JndiLookup']) },
    { path: 'app/token.env', content: `GITHUB_TOKEN=${token}\n` },
  ],
];

const image = at('image.tar');
const database = at('db');

beforeAll(async () => {
  const put = (url: string, body: string | Buffer) => {
    mkdirSync(dirname(at('mirror', url)), { recursive: true });
    writeFileSync(at('mirror', url), body);
  };
  const osv = 'osv-vulnerabilities.storage.googleapis.com';
  const record = {
    id: 'GHSA-jfh8-c2jp-5v3q',
    modified: '2024-01-02T00:00:00Z',
    aliases: ['CVE-2021-44228'],
    affected: [
      {
        package: { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99' }] }],
      },
    ],
  };
  put(`${osv}/ecosystems.txt`, 'Maven\n');
  put(`${osv}/Maven/all.zip`, zipOf({ [`${record.id}.json`]: JSON.stringify(record) }));
  const open = { releases: { bookworm: { status: 'open', repositories: {}, urgency: 'not yet assigned' } } };
  put('security-tracker.debian.org/tracker/data/json', JSON.stringify({ vim: { 'CVE-2024-2': open } }));
  put(
    'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    JSON.stringify({ catalogVersion: '1', dateReleased: '2026-08-20T00:00:00Z', count: 0, vulnerabilities: [] }),
  );
  const cycle = { cycle: '12', codename: 'Bookworm', eol: '2025-06-10', extendedSupport: '2026-06-30', lts: false };
  put('endoflife.date/api/debian.json', JSON.stringify([cycle]));
  await buildDatabase(database, at('mirror'), ['debian-12', 'maven', 'eol', 'kev']);
  const history = [
    { created_by: 'COPY base / # buildkit' },
    { created_by: `RUN /bin/sh -c fetch --token ${token} # buildkit` },
    { created_by: 'EXPOSE map[22/tcp:{}]', empty_layer: true },
  ];
  const config = { Env: ['PATH=/bin', `AWS_ACCESS_KEY_ID=${second}`], ExposedPorts: { '22/tcp': {} } };
  writeFileSync(image, dockerArchive([fixtureImage({ layers, config, top: { history } })]));
  for (const [name, ...more] of [['own'], ['all', '--facts=all']] as const) {
    const outputs = formats.map((format) => `--format=${format}=${file(name, format)}`);
    await plimsoll(['sbom', image, '--no-cache', ...more, ...outputs]);
  }
});

/** Where something lies is told by paths alone: an SBOM has no layers. */
function judged({ packages, findings, incomplete, facts, verdict, image: about }: ScanResult): unknown {
  const told = { packages, findings, incomplete, facts, verdict, distro: about.distro, base: about.base };
  return JSON.parse(
    JSON.stringify(told, (key, value) =>
      ['layer', 'claimedLayer', 'instruction', 'inBase', 'env'].includes(key) && typeof value !== 'boolean'
        ? undefined
        : value,
    ),
  );
}

/** `all`: with every fact that can be asked for; `own`: without */
const file = (name: 'own' | 'all', format: string) => at(`${name}.${format}`);

describe('our own SBOM', () => {
  it('gives every finding of the image, with its evidence, and no value of a secret', async () => {
    const ofImage = await scan(image, database);
    const kinds = new Set(ofImage.result.findings.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['end-of-life', 'misconfiguration', 'secret', 'vulnerability']);
    const told = ofImage.result.findings.map(({ evidence }) => evidence.code?.how).filter(Boolean);
    expect(told.sort()).toEqual(['data-only', 'java-classes', 'java-classes']);
    for (const format of formats) {
      const text = readFileSync(file('own', format), 'utf8');
      for (const secret of [token, second]) expect(text).not.toContain(secret);
      const ofSbom = await scan(file('own', format), database);
      expect(judged(ofSbom.result)).toEqual(judged(ofImage.result));
      expect(ofSbom.status).toBe(ofImage.status);
      expect(ofSbom.result.image.layers).toEqual([]);
    }
  });

  it('lists what is called as SPDX says that nothing is stated', async () => {
    const said = ['NONE', 'NOASSERTION'];
    const status = said.map((word) => stanza(word) + stanza(`of-${word.toLowerCase()}`).replace('1-1', word)).join('');
    const [base = []] = layers;
    const named = base.map((entry) => (entry.path === 'var/lib/dpkg/status' ? { ...entry, content: status } : entry));
    writeFileSync(at('named.tar'), dockerArchive([fixtureImage({ layers: [named] })]));
    const outputs = formats.map((format) => `--format=${format}=${at(`named.${format}`)}`);
    await plimsoll(['sbom', at('named.tar'), '--no-cache', ...outputs]);
    const ofImage = await scan(at('named.tar'), database);
    expect(ofImage.result.packages).toHaveLength(4);
    for (const format of formats) {
      const ofSbom = await scan(at(`named.${format}`), database);
      expect(judged(ofSbom.result)).toEqual(judged(ofImage.result));
    }
  });

  it('gives those of facts that were asked for, by every pack, and says of what is not there that it is not', async () => {
    const packs = ['default', 'cis-docker', 'best-practices', 'nist-800-190', 'pci-dss-4', 'licenses'];
    const policies = packs.map((pack) => `--policy=${pack}`);
    const ofImage = await scan(image, database, policies);
    const ofSbom = await scan(file('all', 'spdx-tag-value'), database, policies);
    expect(ofSbom.result.facts.secrets?.map(({ path }) => path)).toContain('/app/token.env');
    expect(judged(ofSbom.result)).toEqual(judged(ofImage.result));
    const { result } = await scan(file('own', 'cyclonedx'), database, policies);
    expect(result.incomplete.map(({ code, message }) => `${code}: ${message.split(': ')[1]}`)).toContain(
      'sbom-incomplete: files, licenses, programs, secrets, users',
    );
  });

  it('does not tell what rules read of values, of files by name and of layers: the gate is closed', async () => {
    const rules = [
      ['config', '"DEBUG" in config.variables', ''],
      ['file', 'file.size > 0', '    files: [/app/*.env]\n'],
      ['image', 'image.size > 1000000000', ''],
    ];
    writeFileSync(
      at('policy.yaml'),
      `name: own\nrules:\n${rules.map(([scope, when, more]) => `  - id: of-${scope}\n    scope: ${scope}\n${more}    when: ${JSON.stringify(when)}\n    action: deny\n    message: no\n`).join('')}`,
    );
    const { status, result } = await scan(file('all', 'spdx'), database, ['--policy', at('policy.yaml')]);
    expect(result.incomplete.map(({ message }) => message)).toEqual([
      'an SBOM does not tell what was asked for beside the packages: the files of rule of-file, the layers of the image (rule of-image), values of environment variables (rule of-config)',
    ]);
    expect(status).toBe(4);
  });

  it('is a claim: what was taken out of it, or made up, is not silently clean', async () => {
    const text = readFileSync(file('own', 'cyclonedx'), 'utf8');
    const told = /\{"name":"plimsoll:image:config-secrets","value":"(?:[^"\\]|\\.)*"\},/;
    const edits: readonly (readonly [RegExp, string, RegExp])[] = [
      [told, '', /does not tell whether there are secrets/],
      [told, '$&$&', /cannot be read/],
      [/"name":"plimsoll:image:config-secrets","value":"/, '$&{', /cannot be read/],
      [/\\"masked\\":\\"[^\\]*\\"/, `\\"masked\\":\\"${token}\\"`, /cannot be read/],
      [/("name":"plimsoll:image:code","value":")\[/, '$1[7,', /cannot be read/],
      [/"name":"plimsoll:image:config","value":"/, '$&x', /cannot be read/],
      [
        /\\"healthcheck\\":null/,
        `\\"healthcheck\\":${'{\\"a\\":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
        /cannot be read/,
      ],
      [/("name":"plimsoll:image:code","value":")/, `$1${'['.repeat(600_000)}`, /cannot be read/],
      [
        /"components": \[\n/,
        '$&{"type":"container","name":"b","properties":[{"name":"plimsoll:image:reference","value":"b"}]},',
        /several images/,
      ],
    ];
    for (const [what, by, message] of edits) {
      writeFileSync(at('edited.json'), text.replace(what, by));
      expect(readFileSync(at('edited.json'), 'utf8')).not.toBe(text);
      const { inventory } = await readSbom(at('edited.json'), undefined);
      expect(inventory.incomplete).toContainEqual({
        code: 'sbom-incomplete',
        message: expect.stringMatching(message),
      });
      expect(JSON.stringify(inventory)).not.toContain(token);
    }
  });
});
