import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readKey } from '../packages/cli/src/commands/request.ts';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);

function written(name: string, key: KeyObject, type: 'spki' | 'pkcs8' | 'pkcs1' = 'spki'): string {
  writeFileSync(at(name), key.export({ type: type as 'spki', format: 'pem' }));
  return at(name);
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const x25519 = generateKeyPairSync('x25519');

it.each<[string, () => string]>([
  ['Ed25519', () => written('ed', generateKeyPairSync('ed25519').publicKey)],
  ['ECDSA', () => written('ec', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
  ['RSA', () => written('rsa', rsa.publicKey)],
  ['RSA, as PKCS 1', () => written('rsa1', rsa.publicKey, 'pkcs1')],
])('a key for %s is taken', (_kind, file) => {
  expect(readKey(file(), 'public', '--key')).toMatch(/^-----BEGIN (RSA )?PUBLIC KEY-----/);
});

it.each<[string, () => string, 'public' | 'private', RegExp]>([
  ['is not there', () => at('nothing'), 'public', /^--key \S+ cannot be read: no such file or directory$/],
  ['is a folder', () => at('folder'), 'public', /^--key \S+ cannot be read: it is a directory$/],
  ['is empty', () => at('empty'), 'public', /^--key \S+ holds no public key \(PEM\)$/],
  ['holds something else', () => at('words'), 'public', /^--key \S+ holds no public key \(PEM\)$/],
  ['is too large', () => at('large'), 'public', /^--key \S+ is too large for a key$/],
  ['holds the wrong half', () => written('half', rsa.publicKey), 'private', /holds no private key \(PEM\)$/],
  ['signs nothing', () => written('x', x25519.publicKey), 'public', /holds a key that signs nothing \(x25519\)$/],
  ['signs nothing', () => written('y', x25519.privateKey, 'pkcs8'), 'private', /holds a key that signs nothing/],
])('a key file that %s is refused in a line', (_what, file, kind, message) => {
  mkdirSync(at('folder'), { recursive: true });
  writeFileSync(at('empty'), '');
  writeFileSync(at('words'), 'no key');
  writeFileSync(at('large'), Buffer.alloc(100_000, 'a'));
  expect(() => readKey(file(), kind, '--key')).toThrow(message);
});

it('a scan that cannot know whose signatures count does not start', async () => {
  const key = written('z', x25519.publicKey);
  const { status, stdout, stderr } = await plimsoll(['scan', 'registry:r.example.com/app:1', '--signature-key', key]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe(`plimsoll: --signature-key ${key} holds a key that signs nothing (x25519)\n`);
});
