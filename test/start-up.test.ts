import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { cleanLayers, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

/** Tells on standard error which of Node's own modules a run has loaded. */
const tellModules = `process.on('exit', () => console.error(process.moduleLoadList.join('\\n')))`;
const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellModules)}` };

/** Node's client for HTTP alone costs as much as all else that starts; its asynchronous files bring its editor of lines with them. */
const costly = ['http', 'https', 'internal/deps/undici/undici', 'internal/fs/promises'].map(
  (name) => `NativeModule ${name}`,
);

test.each([
  ['--help'],
  ['sbom', writeImage(folder.path, 'sbom', cleanLayers), '--no-cache'],
  ['scan', writeImage(folder.path, 'scan', cleanLayers), '--no-cache', '--no-update', '--db-dir', folder.path],
])('%s loads nothing that speaks HTTP or reads files asynchronously, for an image in a file', async (...args) => {
  const { stderr } = await plimsoll(args, { env });
  const loaded = stderr.split('\n');
  expect(loaded).toContain('NativeModule fs');
  expect(loaded.filter((name) => costly.includes(name))).toEqual([]);
});

/** What reading an image needs of Node, and what only seems to cost nothing. */
const ofReading = ['zlib', 'timers/promises', 'perf_hooks'].map((name) => `NativeModule ${name}`);

test('what was kept of the same image is found and written by next to nothing', async () => {
  const image = writeImage(folder.path, 'again', cleanLayers);
  // until then it may change again without its times telling
  await vi.waitUntil(() => Date.now() - statSync(image).ctimeMs > 2000, { timeout: 10_000, interval: 100 });
  const given = ['sbom', image, '--cache-dir', join(folder.path, 'cache'), '--at', '2026-08-22'];
  const loadedBy = async () => (await plimsoll(given, { env })).stderr.split('\n');
  expect((await loadedBy()).filter((name) => ofReading.includes(name))).toContain('NativeModule zlib');
  const again = await loadedBy();
  expect(again).toContain('NativeModule crypto');
  expect(again.filter((name) => [...costly, ...ofReading].includes(name))).toEqual([]);
});

/** Tells on standard error which files a run has loaded. */
const tellFiles = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (url.startsWith('file:') && console.error(url), next(url, context)) });`;

async function filesLoaded(args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await plimsoll(args, {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellFiles)}` },
  });
  const files = stderr.split('\n').filter((line) => line.startsWith('file:'));
  expect(files.length).toBeGreaterThan(3);
  return files;
}

/** Of the files that a run has loaded those in which a text stands. */
async function filesWith(text: string, args: readonly string[]): Promise<readonly string[]> {
  const files = await filesLoaded(args);
  return files.filter((url) => readFileSync(fileURLToPath(url), 'utf8').includes(text));
}

/** What stands in the bundle where the library is. */
const [parserOfYaml, parserOfCel] = ['"node_modules/yaml/', 'Reserved identifier: '];

test('a scan by packs loads nothing that reads YAML or CEL', async () => {
  const image = writeImage(folder.path, 'packs', cleanLayers);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text);
    return join(folder.path, name);
  };
  const given = ['scan', image, '--no-cache', '--no-update', '--db-dir', folder.path];
  const rule = '{ id: r, scope: image, when: "false", action: deny, message: no }';
  expect(
    await filesWith(parserOfYaml, [...given, '--policy', file('p.yaml', `name: p\nrules: [${rule}]`)]),
  ).not.toEqual([]);
  expect(await filesWith(parserOfYaml, [...given, '--exceptions', file('e.yaml', 'exceptions: []')])).not.toEqual([]);
  const byPacks = ['--policy', 'default', '--policy', 'licenses', '--fail-on', 'High'];
  expect(await filesWith(parserOfYaml, given)).toEqual([]);
  expect(await filesWith(parserOfCel, [...given, '--fail-on', 'High'])).not.toEqual([]);
  expect(await filesWith(parserOfCel, given)).toEqual([]);
  expect(await filesWith(parserOfYaml, [...given, ...byPacks])).toEqual([]);
});

test.each([
  ['sbom', []],
  ['scan', ['--no-update', '--db-dir', folder.path]],
])('%s loads few files: each costs more than most of what the chunks of a bundle hold', async (command, options) => {
  const image = writeImage(folder.path, `files-${command}`, cleanLayers);
  // it is 12 and 17; with the small chunks as files of their own it would be 33 and 68
  expect((await filesLoaded([command, image, '--no-cache', ...options])).length).toBeLessThan(30);
});
