import { describe, expect, test } from 'vitest';
import { openExecutable, partsOfBody } from '../binary/executable.ts';
import { takeInventory } from '../take-inventory.ts';
import { buildElf, buildGo, buildOldGo } from '../testing/elf-builder.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { readGoBuildInfo } from './go-build-info.ts';
import { mainVersion } from './go-main-version.ts';
import { parseGoModules } from './go-modules.ts';
import { golang } from './golang.ts';

const text = [
  'path\texample.org/tool/cmd/tool',
  'mod\texample.org/tool\tv1.4.0\th1:x=',
  'dep\tgolang.org/x/sys\tv0.1.0\th1:x=',
  'dep\texample.org/old\tv1.0.0',
  '=>\texample.org/fork\tv1.0.1\th1:x=',
  'dep\texample.org/near\tv2.0.0',
  '=>\t../near\t(devel)\t',
  'build\t-ldflags="-X \'main.version=9\'"',
  '',
].join('\n');

function infoOf(file: Buffer) {
  return readGoBuildInfo(openExecutable(partsOfBody(file))!);
}

describe.each([
  ['64 bits', { bits: 64 }],
  ['64 bits, big endian', { bits: 64, bigEndian: true }],
  ['32 bits', { bits: 32 }],
  ['32 bits, big endian', { bits: 32, bigEndian: true }],
  ['without section headers', { stripped: true }],
] as const)('%s', (_, options) => {
  test('a binary without modules, as Go 1.13 to 1.17 make it', () => {
    expect(infoOf(buildOldGo('go1.15.9', null, options))).toEqual({ goVersion: 'go1.15.9', modules: null });
  });

  test.each([
    ['inline', buildGo],
    ['pointed to', buildOldGo],
  ] as const)('build information that is %s', (_, build) => {
    expect(infoOf(build('go1.22.1', text, options))).toEqual({ goVersion: 'go1.22.1', modules: text });
  });
});

test('what is not Go’s, and what has no modules', () => {
  expect(infoOf(buildElf([{ name: '.text', bytes: Buffer.from('\xff Go buildinf:') }]))).toBeNull();
  expect(infoOf(buildElf([{ name: '.go.buildinfo', bytes: Buffer.alloc(64) }]))).toBeNull();
  expect(infoOf(buildGo('go1.20', ''))).toEqual({ goVersion: 'go1.20', modules: null });
});

test('modules are those that were linked in, by what replaced them', async () => {
  const image = fakeImage([
    { 'app/tool': { executable: buildGo('go1.22.1 X:boringcrypto', text) } },
    { 'app/tool': { executable: buildGo('go1.22.1', `${text}dep\texample.org/new\tv0.0.1\n`) } },
    { 'app/gone': { executable: buildOldGo('go1.17', text) } },
    { 'app/gone': { whiteout: true } },
  ]);
  const { packages } = await takeInventory(image);
  expect(packages.map(({ purl, locations }) => `${purl} ${locations[0]!.path} ${locations[0]!.layer}`)).toEqual([
    'pkg:golang/example.org/fork@v1.0.1 /app/tool sha256:layer-0',
    'pkg:golang/example.org/near@v2.0.0 /app/tool sha256:layer-0',
    'pkg:golang/example.org/new@v0.0.1 /app/tool sha256:layer-1',
    'pkg:golang/example.org/tool@v1.4.0 /app/tool sha256:layer-0',
    'pkg:golang/golang.org/x/sys@v0.1.0 /app/tool sha256:layer-0',
    'pkg:golang/stdlib@1.22.1 /app/tool sha256:layer-0',
  ]);
});

test('a binary that a distro’s package ships is owned, under either name of its directory', async () => {
  const status = 'Package: tool\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n';
  const image = fakeImage([
    {
      bin: { link: 'usr/bin' },
      'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
      'var/lib/dpkg/status': status,
      'var/lib/dpkg/info/tool.list': '/.\n/bin/tool\n',
      'usr/bin/tool': { executable: buildGo('go1.22.1', '') },
      'bin/other': { executable: buildGo('go1.22.1', '') },
    },
  ]);
  const { packages } = await takeInventory(image);
  const found = packages.filter(({ type }) => type === 'golang');
  expect(found.map(({ ownedBy, locations }) => [locations[0]!.path, ownedBy])).toEqual([
    ['/usr/bin/other', null],
    ['/usr/bin/tool', 'tool'],
  ]);
});

test('every name of a binary counts, also the one that is left', async () => {
  const body = { executable: buildGo('go1.22.1', '') };
  const image = fakeImage([
    { 'a/tool': body, 'b/other': { hardLink: 'a/tool' }, 'c/third': { hardLink: 'b/other' } },
    { 'a/tool': { whiteout: true } },
  ]);
  const { packages } = await takeInventory(image);
  expect(packages.map(({ locations }) => locations[0]!.path)).toEqual(['/b/other', '/c/third']);
});

test.each<[string, string, Record<string, string>, string | null]>([
  ['stated', 'v1.2.3', { '-ldflags': '-X main.version=9.9.9' }, 'v1.2.3'],
  ['linked', '(devel)', { '-ldflags': '-s -w -X main.Version=1.2.3' }, 'v1.2.3'],
  [
    'linked, quoted',
    '(devel)',
    { '-ldflags': `-s "-X=example.org/m/internal.GitVersion=v1.2.3-rc.1" -w` },
    'v1.2.3-rc.1',
  ],
  ['main comes first', '(devel)', { '-ldflags': '-X example.org/m.version=v2.0.0 -X main.version=v1.2.3' }, 'v1.2.3'],
  ['its own before others', '(devel)', { '-ldflags': '-X k8s.io/x.gitVersion=v2.0.0 -X m/v.Version=v1.0.0' }, 'v1.0.0'],
  ['no version', '(devel)', { '-ldflags': '-X main.version=dev -X main.goversion=1.2.3' }, null],
  [
    'commit',
    '(devel)',
    {
      'vcs.revision': '0123456789abcdef0123456789abcdef01234567',
      'vcs.time': '2024-05-06T07:08:09Z',
      'vcs.modified': 'true',
    },
    'v0.0.0-20240506070809-0123456789ab+dirty',
  ],
  ['nothing', '', {}, null],
])('version of the main module: %s', (_, version, settings, expected) => {
  expect(mainVersion({ name: 'm', version }, new Map(Object.entries(settings)))).toBe(expected);
});

test('settings may be quoted', () => {
  const { settings } = parseGoModules('build\t-ldflags="-X \\"main.v=1\\""\nbuild\t"a=b"=`c`\nbuild\tx\n');
  expect([...settings]).toEqual([
    ['-ldflags', '-X "main.v=1"'],
    ['a=b', 'c'],
    ['x', ''],
  ]);
});

test('a packed binary is told', async () => {
  const packed = buildElf([{ name: '.text', bytes: Buffer.from('\0\0\0\0UPX!'), address: 0x1000 }], { stripped: true });
  const { packages, incomplete } = await takeInventory(fakeImage([{ 'app/tool': { executable: packed } }]));
  expect(packages).toEqual([]);
  expect(incomplete).toMatchObject([{ code: 'application-unread', path: '/app/tool' }]);
});

test('an executable that bears the name of another kind of file', async () => {
  const executable = buildGo('go1.22.1', '');
  const { packages } = await takeInventory(fakeImage([{ 'usr/bin/release': { executable } }]));
  expect(packages.map(({ purl }) => purl)).toEqual(['pkg:golang/stdlib@1.22.1']);
});

test.each([
  ['a length beyond the end', (file: Buffer) => file.writeUInt32BE(0xffffff7f, file.indexOf(' Go buildinf:') + 31)],
  [
    'no end of a length',
    (file: Buffer) => file.fill(0xff, file.indexOf(' Go buildinf:') + 31, file.indexOf(' Go buildinf:') + 41),
  ],
])('damaged build information is told: %s', async (_, damage) => {
  const file = buildGo('go1.22.1', text);
  damage(file);
  const { packages, incomplete } = await takeInventory(fakeImage([{ 'app/tool': { executable: file } }]));
  expect(packages).toEqual([]);
  expect(incomplete).toMatchObject([{ code: 'package-manifest-damaged', path: '/app/tool' }]);
});

test('which functions are linked is looked up where it may matter, and changes no module', () => {
  const names = ['runtime.main', 'net/http.(*Server).Serve', ''].join('\0');
  const header = Buffer.alloc(72);
  header.writeUInt32LE(0xfffffff1);
  header.set([0, 0, 1, 8], 4);
  header.writeBigUInt64LE(72n, 32);
  header.writeBigUInt64LE(BigInt(72 + names.length), 40);
  const table = { name: '.gopclntab', bytes: Buffer.concat([header, Buffer.from(names)]), address: 0x600000 };
  const file = buildGo('go1.22.0', text, {}, [table]);
  const factsOf = (judged: boolean) => golang.inspect?.('app/tool', openExecutable(partsOfBody(file), judged)!)?.facts;
  const [judged, listed] = [factsOf(true), factsOf(false)];
  expect(judged?.functions).not.toBeNull();
  expect(listed).toEqual({ ...judged, functions: null });
});
