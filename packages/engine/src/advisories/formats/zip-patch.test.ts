import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '../testing/make-mirror.ts';
import { makeZip } from '../testing/make-zip.ts';
import { readZip } from './zip.ts';
import { patchZip } from './zip-patch.ts';

async function filesOf(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  await readZip('x.zip', path, {
    wanted: () => true,
    file: (name, body) => void files.set(name, body.toString()),
    refused: (name, reason) => expect.fail(`${name} ${reason}`),
  });
  return files;
}

test('an archive is written anew with files put in, replaced and left out', async () => {
  using dir = tempDirectory();
  const [from, to] = [join(dir.path, 'from.zip'), join(dir.path, 'to.zip')];
  writeFileSync(
    from,
    makeZip([
      { name: 'stays.json', body: 'stays', zip64: true },
      { name: 'stored.json', body: 'stored', stored: true },
      { name: 'changes.json', body: 'old' },
      { name: 'goes.json', body: 'gone' },
    ]),
  );
  const put = new Map([
    ['changes.json', Buffer.from('new')],
    ['comes.json', Buffer.from('here')],
    ['goes.json', null],
  ]);
  patchZip('x.zip', from, to, put);
  expect(Object.fromEntries(await filesOf(to))).toEqual({
    'stays.json': 'stays',
    'stored.json': 'stored',
    'changes.json': 'new',
    'comes.json': 'here',
  });
});

test('more files than the old format can count are there, for other programs too', async () => {
  using dir = tempDirectory();
  const [from, to] = [join(dir.path, 'from.zip'), join(dir.path, 'to.zip')];
  writeFileSync(from, makeZip([{ name: 'a', body: 'a' }]));
  const put = new Map(['b', 'c', 'd'].map((name) => [name, Buffer.from(name)]));
  patchZip('x.zip', from, to, put, 4);
  expect([...(await filesOf(to)).keys()]).toEqual(['a', 'b', 'c', 'd']);
  const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist())';
  expect(execFileSync('python3', ['-c', script, to], { encoding: 'utf8' }).trim()).toBe('None a b c d');
});
