import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createLayerAnalyser } from '../../layer-analyser.ts';
import { takeInventory } from '../../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../../testing/fake-image.ts';
import { parseGroup, parsePasswd, parseShadow } from './account-files.ts';
import { passwordKind } from './password-kind.ts';
import { grantsOf } from './sudo-grants.ts';
import { parseSudoers } from './sudoers.ts';

async function usersOf(...layers: readonly FakeLayer[]) {
  const image = fakeImage(layers, createLayerAnalyser({ facts: ['users'] }));
  const { facts, incomplete } = await takeInventory(image, ['users']);
  return { users: facts.users ?? [], incomplete: incomplete.filter(({ path }) => path?.startsWith('/etc/')), facts };
}

const hash = '$6$c2FsdA$s3cretHashThatNobodyShouldSee';

it('says of each account what passwd, shadow, group and sudoers say together', async () => {
  const { users, incomplete, facts } = await usersOf({
    'etc/passwd': [
      'root:x:0:0:root:/root:/bin/bash',
      'toor:x:0:0::/root:/bin/sh',
      'open::1000:1000::/home/open:/bin/sh',
      'app:x:1001:1001:,,,:/srv:/usr/sbin/nologin',
      'old:abJnggxhB/yWI:1002:100::/:',
      'ops:x:1003:10::/:/bin/sh',
      '# comment',
      '+::::::',
      'short:x:1',
    ].join('\n'),
    'etc/shadow': `root:*:19000::::::\ntoor:${hash}:19000::::::\napp:!:19000::::::\nops:!${hash}:1::::::\n`,
    'etc/group': 'root:x:0:\nwheel:x:10:app\nusers:x:100:app,open\n',
    'etc/sudoers': 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
    'etc/sudoers.d/app': 'app ALL=(root) NOPASSWD: /usr/bin/systemctl\n',
    'etc/sudoers.d/ops.bak': 'ops ALL=(ALL) ALL\n',
  });
  expect(incomplete).toEqual([]);
  const shown = users.map((user) => [
    user.name,
    user.uid,
    user.password,
    user.hash,
    user.groups.join(),
    user.sudo,
    user.admin,
  ]);
  expect(shown).toEqual([
    ['root', 0, 'locked', null, 'root', 'password', true],
    ['toor', 0, 'hashed', 'sha512', 'root', 'none', true],
    ['open', 1000, 'empty', null, 'users', 'none', false],
    ['app', 1001, 'locked', null, 'users,wheel', 'no-password', true],
    ['old', 1002, 'hashed', 'des', 'users', 'none', false],
    ['ops', 1003, 'locked', null, 'wheel', 'none', true],
  ]);
  expect(users[3]).toMatchObject({ home: '/srv', shell: '/usr/sbin/nologin', gid: 1001 });
  expect(JSON.stringify(facts)).not.toMatch(/s3cret|abJnggxhB/);
});

it('judges the files that the last layer leaves', async () => {
  const base = { 'etc/passwd': 'root:x:0:0::/root:/bin/sh\n', 'etc/shadow': 'root::1::::::\n' };
  expect((await usersOf(base)).users).toMatchObject([{ password: 'empty' }]);
  expect((await usersOf(base, { 'etc/shadow': 'root:!:1::::::\n' })).users).toMatchObject([{ password: 'locked' }]);
  expect((await usersOf(base, { 'etc/shadow': { whiteout: true } })).users).toMatchObject([{ password: 'none' }]);
  expect((await usersOf({ 'bin/sh': 'x' })).users).toEqual([]);
});

it('names the layer that brought each account', async () => {
  const root = 'root:x:0:0::/root:/bin/sh\n';
  const { users } = await usersOf({ 'etc/passwd': root }, { 'etc/passwd': `${root}app:x:1:1::/:\n` }, { a: '' });
  expect(users.map(({ name, layer }) => [name, layer])).toEqual([
    ['root', 'sha256:layer-0'],
    ['app', 'sha256:layer-1'],
  ]);
});

it('says which file it could not read', async () => {
  const linked = await usersOf({ 'srv/accounts': 'a:x:1:1::/:\n', 'etc/passwd': { link: '/srv/accounts' } });
  expect(linked).toMatchObject({ users: [], incomplete: [{ code: 'file-unreadable', path: '/etc/passwd' }] });
  const large = await usersOf({ 'etc/passwd': `${'#'.repeat(1024 * 1024)}\na:x:1:1::/:\n` });
  expect(large).toMatchObject({ users: [], incomplete: [{ code: 'file-too-large', path: '/etc/passwd' }] });
  const included = await usersOf({
    'etc/passwd': 'a:x:1:1::/:\n',
    'etc/sudoers': '#include /etc/more\n',
    'etc/more': 'a ALL=ALL\n',
  });
  expect(included.incomplete).toMatchObject([{ code: 'file-unreadable', path: '/etc/more' }]);
});

it.each([
  ['', 'empty', null],
  ['*', 'locked', null],
  ['!!', 'locked', null],
  ['!$6$a$b', 'locked', null],
  ['$y$j9T$a$b', 'hashed', 'yescrypt'],
  ['$2b$12$abc', 'hashed', 'bcrypt'],
  ['$1$a$b', 'hashed', 'md5'],
  ['$5$a$b', 'hashed', 'sha256'],
  ['_J9..rasmBYk8r9AiWNc', 'hashed', 'bsdi-des'],
  ['short', 'locked', null],
])('the password field %j is %s', (field, password, kind) => {
  expect(passwordKind(field)).toEqual({ password, hash: kind });
});

describe('sudoers', () => {
  const sudoOf = (text: string, user: { name?: string; uid?: number; groups?: readonly string[] } = {}) =>
    grantsOf([parseSudoers(text)])({ name: 'app', uid: 1000, gid: 1000, groups: ['staff'], ...user });
  test.each([
    ['app ALL=(ALL) ALL', 'password'],
    ['app ALL=(ALL)NOPASSWD:ALL', 'no-password'],
    ['app\tALL = NOPASSWD : /bin/ls', 'no-password'],
    ['bob, app ALL=ALL', 'password'],
    ['bob ALL=ALL, app', 'none'],
    ['!app, bob ALL=ALL', 'none'],
    ['%staff ALL=ALL', 'password'],
    ['%#1000 ALL=ALL', 'password'],
    ['#1000 ALL=ALL', 'password'],
    ['# app ALL=ALL', 'none'],
    ['ALL ALL=ALL', 'password'],
    ['app \\\n ALL=ALL', 'password'],
    ['User_Alias OPS = app, bob : DEV = eve\nOPS ALL=ALL', 'password'],
    ['User_Alias A = B\nUser_Alias B = A, app\nA ALL=ALL', 'password'],
    ['Cmnd_Alias APP = /bin/ls', 'none'],
    ['Defaults !authenticate\napp ALL=ALL', 'no-password'],
    ['Defaults:bob !authenticate\napp ALL=ALL', 'password'],
    ['Defaults:bob !authenticate\n', 'none'],
  ])('%j grants %s', (text, expected) => {
    expect(sudoOf(text)).toBe(expected);
  });
});

test('whatever the files say, parsers end and keep no secret', () => {
  const line = fc.string({ unit: fc.constantFrom(...'aA:=,#%!\\ \t\n@/0') });
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.constant('User_Alias A = A, B'), fc.constant('a:x:0:0::/:'))), (lines) => {
      const text = lines.join('\n');
      expect(parsePasswd(text).every(({ uid }) => Number.isSafeInteger(uid))).toBe(true);
      parseShadow(text);
      parseGroup(text);
      expect(() => grantsOf([parseSudoers(text)])({ name: 'a', uid: 1, gid: 1, groups: [] })).not.toThrow();
    }),
  );
});

test('long lines and circles of aliases take no time', () => {
  for (const text of [
    'a,'.repeat(60_000),
    ' '.repeat(120_000),
    '\\\n'.repeat(60_000),
    `Defaults ${'!'.repeat(120_000)}`,
    `a =${'NOPASSWD '.repeat(15_000)}`,
    Array.from({ length: 6_000 }, (_, at) => `User_Alias A${at} = A${at + 1}, A0\nA${at} ALL=ALL`).join('\n'),
  ]) {
    const started = process.threadCpuUsage();
    grantsOf([parseSudoers(text)])({ name: 'a', uid: 1, gid: 1, groups: [] });
    expect(process.threadCpuUsage(started).user).toBeLessThan(2_000_000);
  }
});
