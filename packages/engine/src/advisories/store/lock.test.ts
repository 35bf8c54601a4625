import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '../testing/make-mirror.ts';
import { withWriteLock } from './lock.ts';

const lockModule = new URL('./lock.ts', import.meta.url).href;

/**
 * Another process that takes the lock, says so, and holds it until it is killed. Somebody must be able to end its wait:
 * what waits for a promise that nobody can settle is garbage, and with it goes the lock.
 */
async function holder(dbDir: string) {
  const script = `import { withWriteLock } from ${JSON.stringify(lockModule)};
    await withWriteLock(${JSON.stringify(dbDir)}, undefined, () => new Promise((resolve) => { console.log('held'); setInterval(() => resolve, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('one writer at a time, in one process', async () => {
  using dir = tempDirectory();
  const steps: string[] = [];
  const work = (name: string) =>
    withWriteLock(dir.path, undefined, async () => {
      steps.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} out`);
    });
  await Promise.all([work('a'), work('b')]);
  expect(steps).toEqual(['a in', 'a out', 'b in', 'b out']);
});

test('another process is waited for, which a signal ends; when it is killed its lock is gone', async () => {
  using dir = tempDirectory();
  const child = await holder(dir.path);
  const controller = new AbortController();
  const given = withWriteLock(dir.path, controller.signal, async () => 'never');
  controller.abort();
  await expect(given).rejects.toMatchObject({ name: 'AdvisoryError', code: 'aborted' });
  const waiting = withWriteLock(dir.path, undefined, async () => 'mine');
  child.kill('SIGKILL');
  expect(await waiting).toBe('mine');
});

test('a failure inside gives the lock back', async () => {
  using dir = tempDirectory();
  await expect(withWriteLock(dir.path, undefined, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await withWriteLock(dir.path, undefined, async () => 1)).toBe(1);
});

test('what the file system refuses inside is an error of the store, which says where', async () => {
  using dir = tempDirectory();
  const refused = withWriteLock(dir.path, undefined, async () => mkdirSync(join(dir.path, 'lock.sqlite', 'x')));
  await expect(refused).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringMatching(`^cannot write below ${dir.path}: ENOTDIR.*; check space and rights$`),
  });
});
