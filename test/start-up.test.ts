import { afterAll, expect, test } from 'vitest';
import { cleanLayers, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

/** Tells on standard error which of Node's own modules a run has loaded. */
const tellModules = `process.on('exit', () => console.error(process.moduleLoadList.join('\\n')))`;
const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellModules)}` };

/** Node's client for HTTP alone costs as much as all else that starts. */
const costly = ['NativeModule http', 'NativeModule https', 'NativeModule internal/deps/undici/undici'];

test.each([
  ['--help'],
  ['sbom', writeImage(folder.path, 'sbom', cleanLayers), '--no-cache'],
  ['scan', writeImage(folder.path, 'scan', cleanLayers), '--no-cache', '--no-update', '--db-dir', folder.path],
])('%s loads nothing that speaks HTTP, for an image in a file', async (...args) => {
  const { stderr } = await plimsoll(args, { env });
  const loaded = stderr.split('\n');
  expect(loaded).toContain('NativeModule fs');
  expect(loaded.filter((name) => costly.includes(name))).toEqual([]);
});
