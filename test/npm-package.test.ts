import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, scan } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = scratchFolder();
afterAll(scratch.remove);
const project = join(scratch.path, 'an empty project');
const installed = join(project, 'node_modules', 'plimsoll');

/** npm of the Node on PATH, which needs no network for any of this and may write nowhere but here. */
function npm(cwd: string, ...args: string[]): string {
  const options = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--cache', join(scratch.path, 'cache')];
  return execFileSync('npm', [...args, ...options], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/npm-package.mjs')]);
  const packed = npm(join(root, 'packages/cli'), 'pack', '--pack-destination', scratch.path).trim();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  // The runtime would come from the registry; whoever has Node 24 leaves it out in the same way.
  npm(project, 'install', '--omit=optional', join(scratch.path, packed));
});

describe('the npm package, installed into an empty folder without install scripts', () => {
  it('scans an image', async () => {
    writeSmallMirror(join(scratch.path, 'mirror'));
    const db = join(scratch.path, 'db');
    await buildDatabase(db, join(scratch.path, 'mirror'), smallMirrorShards);
    writeFileSync(join(project, 'app.tar'), dockerArchive(smallImage()));
    const launcher = join(project, 'node_modules', '.bin', 'plimsoll');
    const { status, result } = await scan('app.tar', db, [], { cwd: project, launcher });
    expect(status).toBe(1);
    expect(result.findings.map(({ id }) => id)).toContain('CVE-2023-38545');
  });

  it('is alone there: what it uses is in its bundle', () => {
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['plimsoll']);
  });

  it('brings its licence, those of what is bundled, and the manual page, and nothing that is not published', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'README.md', 'man/plimsoll.1']));
    const { dependencies } = JSON.parse(readFileSync(join(root, 'packages/engine/package.json'), 'utf8'));
    for (const name of ['commander', ...Object.keys(dependencies)]) {
      const texts = files.filter((path) => path.startsWith(`dist/third-party/node_modules/${name}/LICENSE`));
      expect([name, texts.length]).toEqual([name, 1]);
    }
    expect(files.filter((path) => /\.ts$|\.test\.|(^|\/)(src|testing)\//.test(path))).toEqual([]);
  });

  it('lists to a scanner what it bundles', async () => {
    const { stdout } = await plimsoll(['sbom', `rootfs:${project}`, '--format', 'json', '--no-cache']);
    const names = (JSON.parse(stdout) as { packages: { name: string }[] }).packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['plimsoll', 'commander', 'yaml', 'zod', '@marcbachmann/cel-js']));
  });

  it('under a Node that is too old, wants exactly the runtime that the repository pins', () => {
    const manifest = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
    const { optionalDependencies, scripts } = manifest(join(installed, 'package.json'));
    expect(optionalDependencies).toEqual(manifest(join(root, 'package.json')).optionalDependencies);
    expect(Object.keys(scripts).filter((name) => name.includes('install'))).toEqual([]);
  });
});
