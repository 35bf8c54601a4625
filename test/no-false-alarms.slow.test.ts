/** What holds no secret: a fresh Debian, this machine's packages, an application's node_modules, this project and what it publishes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { plimsoll, scratchFolder } from './program.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const scratch = scratchFolder();
afterAll(scratch.remove);

interface Told {
  readonly facts: {
    readonly secrets: readonly { readonly kind: string; readonly path?: string; readonly line?: number }[];
  };
  readonly incomplete: readonly { readonly code: string; readonly path?: string }[];
}

/** Each secret as `kind path:line`. */
async function secretsIn(reference: string): Promise<readonly string[]> {
  const out = join(scratch.path, 'out.json');
  await plimsoll(['sbom', reference, '--facts', 'secrets', '--no-cache', '--format', `json=${out}`]);
  const { facts } = JSON.parse(readFileSync(out, 'utf8')) as Told;
  return facts.secrets.map(({ kind, path, line }) => `${kind} ${path}:${line}`);
}

/** A root that has these folders of this machine: as hard links where that is possible, else copied. */
function rootOf(name: string, folders: Readonly<Record<string, string>>): string {
  const root = join(scratch.path, name);
  for (const [at, from] of Object.entries(folders)) {
    const target = join(root, at);
    mkdirSync(join(target, '..'), { recursive: true });
    try {
      execFileSync('cp', ['-al', from, target], { stdio: 'ignore' });
    } catch {
      rmSync(target, { recursive: true, force: true });
      execFileSync('cp', ['-a', from, target], { stdio: 'ignore' });
    }
  }
  return root;
}

const noDebian = existsSync('/var/lib/dpkg/status') ? undefined : 'this is no Debian';

describe.skipIf(noDebian)(`the packages of this machine${noDebian ? ` (skipped: ${noDebian})` : ''}`, () => {
  it.each(['/usr/share', '/usr/lib'])('hold no secret below %s', { timeout: 300_000 }, async (folder) => {
    expect(await secretsIn(`rootfs:${rootOf(folder.slice(5), { [folder]: folder })}`)).toEqual([]);
  });
});

const noDebootstrap = existsSync('/usr/sbin/debootstrap')
  ? undefined
  : 'needs debootstrap: scripts/install-test-parts.sh installs it';

it.skipIf(noDebootstrap)(
  `a plain debootstrap image holds none${noDebootstrap ? ` (skipped: ${noDebootstrap})` : ''}`,
  { timeout: 400_000 },
  async ({ skip }) => {
    const root = join(scratch.path, 'debootstrap');
    const made = spawnSync('debootstrap', ['--variant=minbase', 'bookworm', root], { timeout: 300_000 });
    if (made.status !== 0) skip('debootstrap made no root: it needs root and a mirror of Debian');
    expect(existsSync(join(root, 'var/lib/dpkg/status'))).toBe(true);
    const [layer, archive] = ['layer.tar', 'debootstrap.tar'].map((name) => join(scratch.path, name));
    execFileSync('tar', ['-C', root, '--exclude=./dev/*', '--exclude=./proc/*', '-cf', layer!, '.']);
    writeFileSync(archive!, dockerArchive(fixtureImage({ layers: [readFileSync(layer!)] })));
    expect(await secretsIn(archive!)).toEqual([]);
  },
);

it('an application with its node_modules holds none', { timeout: 120_000 }, async () => {
  const root = rootOf('app', { 'srv/app/node_modules': join(project, 'node_modules') });
  expect(await secretsIn(`rootfs:${root}`)).toEqual([]);
});

it('this project holds none, nor does an image of what it publishes', { timeout: 120_000 }, async () => {
  const checkout = join(scratch.path, 'checkout');
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: project, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((each) => each !== '' && existsSync(join(project, each)))) {
    cpSync(join(project, file), join(checkout, 'srv/plimsoll', file), { recursive: true });
  }
  expect(await secretsIn(`rootfs:${checkout}`)).toEqual([]);
  const image = join(scratch.path, 'image');
  for (const name of ['cli', 'engine']) {
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', scratch.path], {
      cwd: join(project, 'packages', name),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const target = join(image, 'usr/local/lib/node_modules', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xf', join(scratch.path, packed.trim().split('\n').at(-1)!), '-C', target]);
  }
  expect(await secretsIn(`rootfs:${image}`)).toEqual([]);
});
