import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { writeInPlace } from '../packages/cli/src/write-file.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

const pipe = (name: string) => {
  execFileSync('mkfifo', [join(folder.path, name)]);
  return join(folder.path, name);
};
const body = [Buffer.from('a report'), Buffer.alloc(200_000, 'x')];

describe.skipIf(process.platform === 'win32')('a report for a named pipe', () => {
  it('does not wait for ever for who might read it', async () => {
    await expect(writeInPlace(pipe('unread'), body, 1)).rejects.toMatchObject({ code: 'ENXIO' });
  });

  it('is whole for who comes later', async () => {
    const path = pipe('read');
    const writing = writeInPlace(path, body);
    expect(await text(createReadStream(path))).toBe(Buffer.concat(body).toString());
    await writing;
  });
});
