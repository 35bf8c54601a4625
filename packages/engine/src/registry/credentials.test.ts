import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { askCredentialHelper } from './credential-helper.ts';
import { authFiles, findCredentials } from './credentials.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-credentials-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let home: string;
let runs = 0;
beforeEach(() => {
  home = join(root, `home-${++runs}`);
  mkdirSync(home);
});

const auth = (login: string) => ({ auth: Buffer.from(login).toString('base64') });
const login = (username: string, password: string, from: unknown = expect.any(String)) => ({
  kind: 'login',
  username,
  password,
  from,
});

function put(path: string, content: unknown): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
  return full;
}

function helper(name: string, script: string): Record<string, string> {
  const path = put(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${join(home, 'bin')}:${process.env.PATH}` };
}

const find = (host: string, repository = 'team/app', environment: Record<string, string> = {}) =>
  findCredentials(host, repository, { HOME: home, ...environment }, undefined);

it.skipIf(process.platform !== 'linux')(
  'looks where Podman keeps logins without a session, and with one there alone',
  () => {
    const paths = (environment: Record<string, string>) => authFiles(environment).map(({ path }) => path);
    const others = ['/h/.config/containers/auth.json', '/h/.docker/config.json'];
    expect(paths({ HOME: '/h' })).toEqual([`/run/containers/${process.getuid!()}/auth.json`, ...others]);
    expect(paths({ HOME: '/h', XDG_RUNTIME_DIR: '/r' })).toEqual(['/r/containers/auth.json', ...others]);
    expect(paths({ HOME: '/h', REGISTRY_AUTH_FILE: '/a' })).toEqual(['/a', '/h/.docker/config.json']);
    expect(paths({})).toEqual([]);
  },
);

it('reads a login that is filled up with NULs, and one with a million of them, in time', async () => {
  const filled = (name: string) => Buffer.from(`u:${name}`).toString('base64');
  put('.docker/config.json', {
    auths: { 'r.example': { auth: filled('p\0\0\0') }, 'long.example': { auth: filled(`${'\0'.repeat(1_000_000)}p`) } },
  });
  expect(await find('r.example')).toEqual(login('u', 'p'));
  expect(await find('long.example')).toEqual(login('u', `${'\0'.repeat(1_000_000)}p`));
});

describe('Docker’s file', () => {
  it.each<[string, string, Record<string, unknown>, unknown]>([
    ['a host', 'r.example', { 'r.example': auth('u:p') }, login('u', 'p')],
    [
      'a host with a port',
      'r.example:5000',
      { 'r.example': auth('a:a'), 'r.example:5000': auth('u:p') },
      login('u', 'p'),
    ],
    ['a URL', 'r.example', { 'https://r.example/v1/': auth('u:p') }, login('u', 'p')],
    ['a password with colons', 'r.example', { 'r.example': auth('u:p:q:') }, login('u', 'p:q:')],
    ['name and password apart', 'r.example', { 'r.example': { username: 'u', password: 'p' } }, login('u', 'p')],
    ['Docker Hub', 'docker.io', { 'https://index.docker.io/v1/': auth('u:p') }, login('u', 'p')],
    [
      'an identity token',
      'r.example',
      { 'r.example': { ...auth('u:'), identitytoken: 'i' } },
      { kind: 'identity', token: 'i' },
    ],
    ['a registry token', 'r.example', { 'r.example': { registrytoken: 't' } }, { kind: 'access', token: 't' }],
    ['an entry without anything', 'r.example', { 'r.example': {} }, null],
    ['another host', 'r.example', { 'other.example': auth('u:p'), 'r.example.evil': auth('u:p') }, null],
    ['another port', 'r.example', { 'r.example:5000': auth('u:p') }, null],
  ])('%s', async (_, host, auths, expected) => {
    put('.docker/config.json', { auths });
    const found = await find(host);
    expect(found).toEqual(
      expected === null ? null : { from: join(home, '.docker/config.json'), ...(expected as object) },
    );
  });

  it('is where DOCKER_CONFIG says', async () => {
    put('elsewhere/config.json', { auths: { 'r.example': auth('u:p') } });
    expect(await find('r.example')).toBeNull();
    expect(await find('r.example', 'a', { DOCKER_CONFIG: join(home, 'elsewhere') })).toMatchObject({ username: 'u' });
  });

  it.each([
    ['{"auths": {"r.example": {"auth": "c2VjcmV0"}}}', 'auth is not a name and a password'],
    ['{"auths": {"r.example": {"auth": ["secret"]}}}', 'auth is not a string'],
    ['{"auths": "secret"}', 'auths is not an object'],
    ['{secret', 'not valid JSON'],
  ])('%s is an error that names the file and tells nothing of it', async (content, why) => {
    const path = put('.docker/config.json', content);
    const error = await find('r.example').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ImageError', message: expect.stringContaining(why) });
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).not.toMatch(/secret|c2VjcmV0/);
  });
});

describe('Podman’s file', () => {
  it('has the beginnings of names, of which the longest counts', async () => {
    put('.config/containers/auth.json', {
      auths: { 'r.example': auth('host:1'), 'r.example/team': auth('team:2'), 'r.example/team/app': auth('app:3') },
    });
    const names = ['team/app', 'team/application', 'team/app/sub', 'other/app'];
    const found = await Promise.all(
      names.map(async (name) => (await find('r.example', name)) as { username?: string }),
    );
    expect(found.map((each) => each?.username)).toEqual(['app', 'team', 'app', 'host']);
  });

  it('comes before Docker’s, and REGISTRY_AUTH_FILE before it', async () => {
    put('.docker/config.json', { auths: { 'r.example': auth('docker:1'), 'd.example': auth('docker:1') } });
    expect(await find('r.example')).toMatchObject({ username: 'docker' });
    put('.config/containers/auth.json', { auths: { 'r.example': auth('settings:1') } });
    expect(await find('r.example')).toMatchObject({ username: 'settings' });
    put('run/containers/auth.json', { auths: { 'r.example': auth('runtime:1') } });
    const XDG_RUNTIME_DIR = join(home, 'run');
    expect(await find('r.example', 'a', { XDG_RUNTIME_DIR })).toMatchObject({ username: 'runtime' });
    const REGISTRY_AUTH_FILE = put('mine.json', { auths: { 'r.example': auth('mine:1') } });
    expect(await find('r.example', 'a', { XDG_RUNTIME_DIR, REGISTRY_AUTH_FILE })).toMatchObject({ username: 'mine' });
    expect(await find('d.example', 'a', { XDG_RUNTIME_DIR, REGISTRY_AUTH_FILE })).toMatchObject({ username: 'docker' });
    await expect(find('r.example', 'a', { REGISTRY_AUTH_FILE: join(home, 'none') })).rejects.toMatchObject({
      code: 'UNREADABLE',
    });
  });
});

describe('the environment', () => {
  const given = { PLIMSOLL_REGISTRY_USERNAME: 'u', PLIMSOLL_REGISTRY_PASSWORD: 'p' };
  it('is for the one host that it names', async () => {
    put('.docker/config.json', { auths: { 'r.example': auth('file:1') } });
    const ours = { ...given, PLIMSOLL_REGISTRY_HOST: 'r.example' };
    expect(await find('r.example', 'a', ours)).toEqual(login('u', 'p', 'PLIMSOLL_REGISTRY_USERNAME'));
    expect(await find('docker.io', 'a', ours)).toBeNull();
    expect(await find('r.example', 'a', { ...ours, PLIMSOLL_REGISTRY_TOKEN: 't' })).toMatchObject({ kind: 'access' });
    await expect(find('r.example', 'a', given)).rejects.toMatchObject({
      message: expect.stringContaining('PLIMSOLL_REGISTRY_HOST'),
    });
  });
});

describe('DOCKER_AUTH_CONFIG', () => {
  it('is such a file as text, and comes before the files', async () => {
    put('.docker/config.json', { auths: { 'r.example': auth('file:1'), 'f.example': auth('file:1') } });
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { 'r.example': auth('job:2') } });
    const found = await find('r.example', 'a', { DOCKER_AUTH_CONFIG });
    expect(found).toEqual(login('job', '2', 'DOCKER_AUTH_CONFIG'));
    expect(await find('f.example', 'a', { DOCKER_AUTH_CONFIG })).toMatchObject({ username: 'file' });
    expect(await find('f.example', 'a', { DOCKER_AUTH_CONFIG: '' })).toMatchObject({ username: 'file' });
    const broken = find('r.example', 'a', { DOCKER_AUTH_CONFIG: '{"auths": secret-word' });
    await expect(broken).rejects.toMatchObject({
      message: expect.stringMatching(/^DOCKER_AUTH_CONFIG: not valid JSON/),
    });
    await expect(broken).rejects.not.toMatchObject({ message: expect.stringContaining('secret-word') });
  });
});

describe('credential helpers', () => {
  const echo = `read server; echo "{\\"Username\\":\\"for $server\\",\\"Secret\\":\\"word\\"}"`;

  it('of a host, of all hosts, and then the file', async () => {
    const environment = helper('one', echo);
    helper('none', 'echo "credentials not found in native keychain"; exit 1');
    const auths = { 'f.example': auth('file:1'), 'r.example': auth('file:1') };
    put('.docker/config.json', { auths, credsStore: 'none', credHelpers: { 'r.example': 'one', 'docker.io': 'one' } });
    expect(await find('r.example', 'a', environment)).toEqual(login('for r.example', 'word', 'docker-credential-one'));
    expect(await find('docker.io', 'a', environment)).toMatchObject({ username: 'for https://index.docker.io/v1/' });
    expect(await find('f.example', 'a', environment)).toMatchObject({ username: 'file' });
    expect(await find('x.example', 'a', environment)).toBeNull();
    const empty = { auths, credsStore: 'one', credHelpers: { 'f.example': '' } };
    put('.docker/config.json', empty);
    expect(await find('f.example', 'a', environment)).toMatchObject({ username: 'file' });
  });

  it('give identity tokens', async () => {
    const environment = helper('id', `echo '{"Username":"<token>","Secret":"word"}'`);
    put('.docker/config.json', { credsStore: 'id' });
    expect(await find('r.example', 'a', environment)).toMatchObject({ kind: 'identity', token: 'word' });
  });

  it.each<[string, string | null, RegExp]>([
    ['../../bin/sh', null, /no name of a credential helper/],
    ['-x', null, /no name of a credential helper/],
    ['absent', null, /docker-credential-absent is named as credential helper, and is not installed/],
    ['fails', 'echo secret-word; echo secret-word >&2; exit 3', /docker-credential-fails failed \(exit 3\)/],
    ['page', 'echo secret-word', /docker-credential-page: not valid JSON/],
    ['endless', 'yes secret-word', /docker-credential-endless answers with more than/],
  ])('%s is an error without what it prints', async (name, script, message) => {
    const environment = script === null ? {} : helper(name, script);
    put('.docker/config.json', { credsStore: name });
    const error = await find('r.example', 'a', { PATH: process.env.PATH!, ...environment }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ImageError', message: expect.stringMatching(message) });
    expect(error.message).not.toContain('secret-word');
  });

  it('that hang are ended, with all that waits', async () => {
    const pid = join(home, 'pid');
    const environment = helper('slow', `echo $$ > ${pid}; exec sleep 1000`);
    await expect(askCredentialHelper('slow', 'r.example', environment, undefined, 2000)).rejects.toMatchObject({
      message: 'docker-credential-slow did not answer within 2 s',
    });
    const number = Number(readFileSync(pid, 'utf8'));
    await expect.poll(() => isRunning(number)).toBe(false);
    const signal = AbortSignal.timeout(100);
    await expect(askCredentialHelper('slow', 'r.example', environment, signal)).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
