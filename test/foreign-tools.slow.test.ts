import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerArchive, fixtureImage, sha256 } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { foreignTool } from './foreign-tools.ts';
import { cleanLayers, vulnerableLayers } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
let database = '';
let engine: DockerEngine;
const ids: Record<string, string> = {};

beforeAll(async () => {
  if (noDockerEngine) return;
  database = await buildDatabase(folder.path);
  engine = await startDockerEngine();
  for (const [name, layers] of Object.entries({ 'team/clean:1': cleanLayers, 'team/vulnerable:1': vulnerableLayers })) {
    const image = fixtureImage({ layers, config: { User: 'app' } });
    const file = join(folder.path, 'image.tar');
    writeFileSync(file, dockerArchive({ ...image, names: [name] }));
    engine.docker('load', '--quiet', '--input', file);
    ids[name] = sha256(image.config).slice(7, 19);
  }
});
afterAll(async () => {
  await engine?.stop();
  folder.remove();
});

/** The articles' lines, of an image that passes and one that is stopped. */
const lines: readonly (readonly [string, (image: string) => readonly string[]])[] = [
  ['clair-scanner.mjs', (image) => ['-c', 'http://scanner:6060', '--threshold=High', '--ip', '172.18.0.2', image]],
  ['sysdig-cli-scanner.mjs', (image) => ['--apiurl', 'https://x', image, '--policy', 'sysdig-best-practices']],
  ['inline_scan.mjs', (image) => ['analyze', '-s', 'https://x', '-k', 'token', image]],
  ['qualys_analysis.sh', (image) => ['-u', 'u', '-p', 'p', '-t', '0', '-I', ids[image]!]],
];

describe.skipIf(noDockerEngine)(
  `lines of other tools with a real Docker engine${noDockerEngine ? ` (skipped: ${noDockerEngine})` : ''}`,
  () => {
    test.each(lines)('%s', async (bin, line) => {
      const options = { env: { DOCKER_HOST: engine.host }, ...(bin.endsWith('.sh') && { node: '/bin/sh' }) };
      expect(await foreignTool(bin, line('team/clean:1'), database, options)).toMatchObject({ status: 0 });
      expect(await foreignTool(bin, line('team/vulnerable:1'), database, options)).toMatchObject({ status: 1 });
    });
  },
);
