import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { buildRust } from '../testing/elf-builder.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { lockFiles } from './lock-files.ts';
import { isProjectLock } from './lock-path.ts';

const npm1 = JSON.stringify({
  lockfileVersion: 1,
  dependencies: {
    '@s/a': { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } },
    alias: { version: 'npm:c@3.0.0' },
    tool: { version: '1.0.0', dev: true },
    git: { version: 'git+ssh://git@h/x.git#1234' },
  },
});
const npm3 = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { name: 'app', version: '0.0.1' },
    'packages/own': { version: '1.0.0' },
    'node_modules/own': { resolved: 'packages/own', link: true },
    'node_modules/@s/a': { version: '1.0.0' },
    'node_modules/@s/a/node_modules/b': { version: '2.0.0' },
    'node_modules/alias': { name: 'c', version: '3.0.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
  },
});
const npmRows = ['pkg:npm/%40s/a@1.0.0', 'pkg:npm/b@2.0.0', 'pkg:npm/c@3.0.0'];
const yarn1 = `# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@^1.0.1":
  version "1.0.0"
  resolved "https://registry.yarnpkg.com/x"
  dependencies:
    version "^9"

b@^2:
  version "2.0.0"

"alias@npm:c@^3":
  version "3.0.0"
`;
const yarn4 = `__metadata:
  version: 8

"@s/a@npm:^1.0.0":
  version: 1.0.0
  resolution: "@s/a@npm:1.0.0"

"b@npm:2.0.0, b@npm:^2":
  version: 2.0.0

"alias@npm:c@^3":
  version: 3.0.0

"app@workspace:.":
  version: 0.0.0-use.local
`;
const pnpm5 = `lockfileVersion: 5.4

packages:

  /@s/a/1.0.0_b@2.0.0:
    resolution: {integrity: sha512-x}
    dev: false

  /b/2.0.0:
    dev: false

  /c/3.0.0:
    dev: false

  /tool/1.0.0:
    dev: true
`;
const pnpm6 = `lockfileVersion: '6.0'

packages:

  /@s/a@1.0.0(b@2.0.0):
    dev: false

  /b@2.0.0:
    dev: false

  github.com/o/r/abc:
    name: c
    version: 3.0.0
`;
const pnpm9 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      b:
        version: 2.0.0

packages:

  '@s/a@1.0.0':
    resolution: {integrity: sha512-x}

  b@2.0.0:
    engines: {node: '>=4'}

  c@https://h/c.tgz:
    version: 3.0.0

snapshots:

  '@s/a@1.0.0(b@2.0.0)':
    dependencies:
      b: 2.0.0
`;
const gemfile = `PATH
  remote: .
  specs:
    own (0.1.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.0)
    nokogiri (1.15.0-x86_64-linux)
      racc (~> 1.4)
    rack (3.0.0.rc1)

PLATFORMS
  ruby
`;
const cargo = `version = 3

[[package]]
name = "app"
version = "0.1.0"

[[package]]
name = "serde"
version = "1.0.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "x",
]
`;
const composer = JSON.stringify({
  packages: [{ name: 'a/b', version: 'v1.0.0', license: ['MIT'] }],
  'packages-dev': [{ name: 'a/dev', version: '1' }],
});
const poetry = `[[package]]
name = "My.Pkg"
version = "1.0"
category = "main"
files = [
    {file = "x", hash = "sha256:0"},
]

[package.dependencies]
name = "2"

[[package]]
name = "tool"
version = "1.0"
category = "dev"

[metadata]
lock-version = "2.0"
`;
const pipfile = JSON.stringify({
  _meta: {},
  default: { six: { version: '==1.16.0' }, own: { path: '.' } },
  develop: { tool: { version: '==1' } },
});
const nuget = JSON.stringify({
  version: 1,
  dependencies: {
    'net8.0': { 'A.B': { type: 'Direct', resolved: '1.0.0' }, app: { type: 'Project' } },
    'net8.0/linux-x64': { 'A.B': { type: 'Direct', resolved: '1.0.0' } },
  },
});

const good: readonly (readonly [path: string, body: string, rows: readonly string[]])[] = [
  ['srv/package-lock.json', npm1, ['pkg:npm/%40s/a@1.0.0', 'pkg:npm/c@3.0.0', 'pkg:npm/b@2.0.0']],
  ['srv/package-lock.json', npm3, npmRows],
  ['srv/npm-shrinkwrap.json', npm3, npmRows],
  ['srv/yarn.lock', yarn1, npmRows],
  ['srv/yarn.lock', yarn4, npmRows],
  ['srv/yarn.lock', yarn1.replaceAll('\n', '\r\n'), npmRows],
  ['srv/pnpm-lock.yaml', pnpm5, npmRows],
  ['srv/pnpm-lock.yaml', pnpm6, npmRows],
  ['srv/pnpm-lock.yaml', pnpm9, npmRows],
  ['srv/Gemfile.lock', gemfile, ['pkg:gem/nokogiri@1.15.0', 'pkg:gem/nokogiri@1.15.0', 'pkg:gem/rack@3.0.0.rc1']],
  ['srv/Cargo.lock', cargo, ['pkg:cargo/serde@1.0.1']],
  ['srv/composer.lock', composer, ['pkg:composer/a/b@v1.0.0 | MIT']],
  ['srv/poetry.lock', poetry, ['pkg:pypi/my.pkg@1.0']],
  ['srv/Pipfile.lock', pipfile, ['pkg:pypi/six@1.16.0']],
  ['srv/packages.lock.json', nuget, ['pkg:nuget/A.B@1.0.0', 'pkg:nuget/A.B@1.0.0']],
];

describe.each(good)('%s', (path, body, rows) => {
  test('packages', () => expect(readList(lockFiles, path, body)).toEqual(rows));
  test('any bytes', () => fuzzList(lockFiles, path, body));
});

test.each([
  ['srv/package-lock.json', '{', 'the package-lock.json cannot be parsed as JSON'],
  ['srv/package-lock.json', '[]', 'the package-lock.json is no JSON object'],
  [
    'srv/package-lock.json',
    '{"packages":{"node_modules/a":{}}}',
    '1 entry of the package-lock.json has no readable name and version',
  ],
  ['srv/yarn.lock', 'a\n', 'the yarn.lock has not the form of one'],
  [
    'srv/yarn.lock',
    '# yarn lockfile v1\na@^1:\n  resolved "x"\n',
    '1 entry of the yarn.lock has no readable name and version',
  ],
  ['srv/pnpm-lock.yaml', '<<<<<<< HEAD\n', 'the pnpm-lock.yaml has not the form of one'],
  [
    'srv/pnpm-lock.yaml',
    "lockfileVersion: '9.0'\npackages:\n  a:\n",
    '1 entry of the pnpm-lock.yaml has no readable name and version',
  ],
  ['srv/yarn.lock', 'a@1:\n'.repeat(200_001), 'the yarn.lock has more than 200000 entries'],
  ['srv/Gemfile.lock', 'x', 'the Gemfile.lock has not the form of one'],
  ['srv/Gemfile.lock', 'GEM\n  specs:\n    a\n', '1 entry of the Gemfile.lock has no readable name and version'],
  [
    'srv/Cargo.lock',
    '[[package]]\nname = "a"\nsource = "x"\n',
    '1 entry of the Cargo.lock has no readable name and version',
  ],
  ['srv/composer.lock', '{}', 'the composer.lock has no list of packages'],
  ['srv/poetry.lock', '[[package]]\nname = "a"\n', '1 entry of the poetry.lock has no readable name and version'],
  ['srv/Pipfile.lock', '{}', 'the Pipfile.lock has no default packages'],
  ['srv/packages.lock.json', '{}', 'the packages.lock.json has no dependencies'],
])('%s is damaged, %#', (path, body, message) => {
  expect(readList(lockFiles, path, body)).toEqual([`damaged: ${message}`]);
});

test.each(['srv/yarn.lock', 'srv/pnpm-lock.yaml', 'srv/Gemfile.lock', 'srv/Cargo.lock', 'srv/poetry.lock'])(
  'an empty %s says nothing',
  (path) => expect(readList(lockFiles, path, '\n')).toEqual([]),
);

test.each([
  ['yarn.lock', true],
  ['usr/src/app/yarn.lock', true],
  ['usr/local/lib/app/yarn.lock', true],
  ['usr/lib/node/yarn.lock', false],
  ['usr/share/nodejs/lodash-cli/npm-shrinkwrap.json', false],
  ['usr/share/doc/node-x/examples/yarn.lock', false],
  ['usr/share/app/yarn.lock', true],
  ['srv/node_modules/a/yarn.lock', false],
  ['srv/vendor/a/b/composer.lock', false],
  ['usr/local/bundle/gems/a-1/Gemfile.lock', false],
  ['usr/local/bundle/bundler/gems/a-1/Gemfile.lock', false],
  ['usr/local/lib/python3.12/site-packages/a/yarn.lock', false],
  ['usr/share/cargo/registry/a-1/Cargo.lock', false],
  ['usr/local/cargo/registry/src/x/a-1/Cargo.lock', false],
  ['root/.cargo/registry/src/x/a-1/Cargo.lock', false],
  ['root/go/pkg/mod/a@v1/package-lock.json', false],
])('%s is of an application: %s', (path, is) => expect(isProjectLock(path)).toBe(is));

const manifest = (name: string) => `{"name":"${name}","version":"9.0.0"}`;
const gemspec = (name: string) => `Gem::Specification.new do |s|\n  s.name = "${name}"\n  s.version = "1.15.0"\nend\n`;
const metadata = 'Name: My_Pkg\nVersion: 9\n';

/** A lock file, and what else is in the image. */
const installed: readonly (readonly [what: string, lock: FakeLayer, other: FakeLayer, rows: readonly string[]])[] = [
  ['node_modules', { 'srv/yarn.lock': yarn1 }, { 'srv/node_modules/x/package.json': manifest('x') }, []],
  [
    'node_modules that is a link',
    { 'srv/yarn.lock': yarn1 },
    { 'deps/x/package.json': manifest('x'), 'srv/node_modules': { link: '/deps' } },
    [],
  ],
  ['node_modules with no package', { 'srv/yarn.lock': yarn1 }, { 'srv/node_modules/.cache/x': 'x' }, npmRows],
  ['node_modules elsewhere', { 'srv/yarn.lock': yarn1 }, { 'opt/node_modules/x/package.json': manifest('x') }, npmRows],
  [
    'gems, one with a platform',
    { 'srv/Gemfile.lock': gemfile },
    { 'usr/gems/specifications/nokogiri-1.15.0-x86_64-linux.gemspec': gemspec('nokogiri') },
    ['pkg:gem/rack@3.0.0.rc1'],
  ],
  [
    'a gem of another version',
    { 'srv/Gemfile.lock': gemfile },
    { 'usr/gems/specifications/rack-1.15.0.gemspec': gemspec('rack') },
    ['pkg:gem/nokogiri@1.15.0', 'pkg:gem/rack@3.0.0.rc1'],
  ],
  [
    'installed.json',
    { 'srv/composer.lock': composer },
    { 'srv/vendor/composer/installed.json': '{"packages":[]}' },
    [],
  ],
  [
    'installed.json of another application',
    { 'srv/composer.lock': composer },
    { 'opt/vendor/composer/installed.json': '{"packages":[]}' },
    ['pkg:composer/a/b@v1.0.0'],
  ],
  [
    'an auditable program',
    { 'srv/Cargo.lock': cargo },
    { 'usr/bin/x': { executable: buildRust({ packages: [] }) } },
    [],
  ],
  [
    'a wheel',
    { 'srv/poetry.lock': poetry, 'srv/Pipfile.lock': pipfile },
    { 'usr/site-packages/my_pkg-9.dist-info/METADATA': metadata },
    ['pkg:pypi/six@1.16.0'],
  ],
  ['an egg-info', { 'srv/poetry.lock': poetry }, { 'usr/my_pkg-9-py3.11.egg-info/PKG-INFO': metadata }, []],
  ['deps.json', { 'srv/packages.lock.json': nuget }, { 'app/App.deps.json': '{"libraries":{}}' }, []],
  ['nothing', { 'srv/packages.lock.json': nuget }, {}, ['pkg:nuget/A.B@1.0.0']],
];

test.each(installed)('beside %s', async (_, lock, other, rows) => {
  const { packages, incomplete } = await takeInventory(fakeImage([lock, other]));
  const locked = packages.filter(({ locations }) => locations.some(({ path }) => path.slice(1) in lock));
  expect(locked.map(({ purl }) => purl)).toEqual(rows);
  expect(incomplete).toEqual([]);
});

test('the layer that locked a version introduced it, and a removed lock says nothing', async () => {
  const next = yarn1.replace('2.0.0', '2.0.1');
  const layers = [
    { 'srv/yarn.lock': yarn1, 'opt/yarn.lock': yarn1 },
    { 'srv/yarn.lock': next, 'opt/yarn.lock': { whiteout: true } },
  ];
  const { packages } = await takeInventory(fakeImage(layers as readonly FakeLayer[]));
  expect(packages.map(({ name, locations }) => [name, locations])).toEqual([
    ['@s/a', [{ path: '/srv/yarn.lock', layer: 'sha256:layer-0' }]],
    ['b', [{ path: '/srv/yarn.lock', layer: 'sha256:layer-1' }]],
    ['c', [{ path: '/srv/yarn.lock', layer: 'sha256:layer-0' }]],
  ]);
});

test('one that is too large is told, not read', async () => {
  const { packages, incomplete } = await takeInventory(
    fakeImage([{ 'srv/yarn.lock': { size: 32 * 1024 * 1024 + 1 } }]),
  );
  expect(packages).toEqual([]);
  expect(incomplete).toMatchObject([{ code: 'file-too-large', path: '/srv/yarn.lock' }]);
});
