import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureImage, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { cleanLayers, vulnerableLayers } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

let database = '';
const index = join(folder.path, 'index.tar');
const single = join(folder.path, 'single.tar');

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  const image = (platform: string, layers: typeof cleanLayers) =>
    fixtureImage({ platform, layers, config: { User: 'app' }, names: ['app:1'] });
  // neither is the host's, so that nothing depends on where the test runs
  const images = [image('linux/s390x', cleanLayers), image('linux/riscv64', vulnerableLayers)];
  writeFileSync(index, ociArchive(images, { nested: true, attestation: true }));
  writeFileSync(single, ociArchive([image('linux/s390x', cleanLayers)]));
});

const scan = (image: string, ...args: readonly string[]) =>
  plimsoll(['scan', image, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, ...args]);

describe('--platform all', () => {
  test('gives one result a platform, equal to the scan of that platform alone, and what differs', async () => {
    const ran = await scan(index, '--platform', 'all', '--format', 'json');
    const { schemaVersion, reference, results, differences } = JSON.parse(ran.stdout);
    expect({ schemaVersion, reference }).toEqual({ schemaVersion: '1', reference: index });
    expect(results.map(({ image }: { image: { platform: string } }) => image.platform)).toEqual([
      'linux/s390x',
      'linux/riscv64',
    ]);
    for (const result of results) {
      const alone = await scan(index, '--platform', result.image.platform, '--format', 'json');
      expect(result).toEqual(JSON.parse(alone.stdout));
    }
    expect(differences.packages).toEqual([
      { type: 'deb', name: 'openssl', versions: { 'linux/riscv64': ['3.0.11-1~deb12u2'] } },
    ]);
    expect(differences.findings).toMatchObject([{ package: 'openssl', platforms: ['linux/riscv64'] }]);
  });

  test('holds the names that reports get by platform against what is there, and one another, before it reads', async () => {
    const html = join(folder.path, 'checked/page.html');
    mkdirSync(dirname(html));
    const of = (platform: string) => html.replace('.html', `.linux-${platform}.html`);
    const twice = await scan(index, '--platform=all', `--format=html=${html}`, `--format=json=${of('s390x')}`);
    expect(twice).toMatchObject({ status: 2, stdout: '' });
    expect(twice.stderr).toBe(`plimsoll: --format: ${of('s390x')} and ${of('s390x')} are the same file\n`);
    mkdirSync(of('riscv64'));
    for (const ran of [
      await scan(index, '--platform=all', `--format=html=${html}`),
      await plimsoll(['sbom', index, '--platform=all', '--no-cache', `--format=cyclonedx=${html}`]),
    ]) {
      expect(ran).toMatchObject({ status: 3, stdout: '' });
      expect(ran.stderr).toBe(`plimsoll: the report ${of('riscv64')} cannot be written: it is a directory\n`);
      expect(existsSync(of('s390x'))).toBe(false);
    }
  });

  test('compares each with the image of its platform in the index of a base', async () => {
    const base = (platform: string, layers: typeof cleanLayers) => fixtureImage({ platform, layers });
    const bases = join(folder.path, 'bases.tar');
    const images = [base('linux/riscv64', vulnerableLayers), base('linux/s390x', cleanLayers)];
    writeFileSync(bases, ociArchive(images, { nested: true }));
    const ran = await scan(index, '--platform', 'all', '--format', 'json', '--base', bases);
    const { results } = JSON.parse(ran.stdout);
    for (const { image, inputs } of results) {
      expect(image.base).toMatchObject({ reference: bases, layers: 1, from: 'option' });
      expect(image.layers).toMatchObject([{ base: true }]);
      expect(inputs.base).toMatchObject({ reference: bases, id: image.base.id, digest: image.base.digest });
    }
    expect(results[0].image.base.id).not.toBe(results[1].image.base.id);
    expect(results[1].findings[0].evidence.inBase).toBe(true);
    const other = await scan(index, '--platform', 'all', '--format', 'json', '--base', single);
    expect(other).toMatchObject({ status: 3, stdout: '' });
    expect(other.stderr).toContain(`the base image: ${single}: no image for linux/riscv64; it has linux/s390x`);
  });

  test('ends with the code of the platform that fails', async () => {
    expect((await scan(index, '--platform', 'linux/s390x')).status).toBe(0);
    expect((await scan(index, '--platform', 'linux/riscv64')).status).toBe(1);
    expect((await scan(index, '--platform', 'all')).status).toBe(1);
    expect((await scan(index, '--platform', 'all', '--no-gate')).status).toBe(0);
  });

  test('writes a page a platform, and tells in words what differs', async () => {
    const ran = await scan(
      index,
      '--platform',
      'all',
      '--format',
      'table',
      '--format',
      `html=${join(folder.path, 'page.html')}`,
    );
    expect(ran.stdout).toContain('Between the platforms  linux/s390x, linux/riscv64');
    expect(ran.stdout).toContain('openssl  none · 3.0.11-1~deb12u2');
    const pages = readdirSync(folder.path)
      .filter((name) => name.endsWith('.html'))
      .sort();
    expect(pages).toEqual(['page.linux-riscv64.html', 'page.linux-s390x.html']);
    expect(readFileSync(join(folder.path, 'page.linux-riscv64.html'), 'utf8')).toContain('linux/riscv64');
  });

  test('of a single image is that image', async () => {
    const ran = await plimsoll(['sbom', single, '--platform', 'all']);
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout).results).toHaveLength(1);
  });

  test('a page of all platforms cannot go to standard output', async () => {
    expect(await scan(index, '--platform', 'all', '--format', 'html')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'plimsoll: --format html needs a file with --platform all\n',
    });
  });
});
