import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerArchive, fixtureImage, sha256 } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { foreignTool } from './foreign-tools.ts';
import { cleanLayers, vulnerableLayers } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

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

    test.each(lines)(
      '%s: no socket, and no such image: the code of a failure, and one line that says it',
      async (bin, line) => {
        const status = bin.startsWith('sysdig') ? 3 : 1;
        const shell = bin.endsWith('.sh') ? { node: '/bin/sh' } : {};
        const failures = (text: string) => text.split('\n').filter((each) => each !== '' && !each.includes('not used'));
        ids['team/absent:1'] = '0123456789ab';
        for (const [image, host, told] of [
          ['team/absent:1', engine.host, /absent:1|0123456789ab/],
          ['team/clean:1', 'unix:///nowhere/docker.sock', /nowhere\/docker\.sock/],
        ] as const) {
          // of the engine alone: a bare name would be asked of its registry next
          const asked = bin.startsWith('sysdig') ? `docker://${image}` : image;
          const ran = await foreignTool(bin, line(asked), database, { env: { DOCKER_HOST: host }, ...shell });
          expect(ran).toMatchObject({ status, stdout: '' });
          expect(failures(ran.stderr)).toEqual([expect.stringMatching(told)]);
        }
      },
    );

    test('two scans of one image at once, with one cache that is empty: the same result', async () => {
      const own = ['--db-dir', database, '--no-update', '--at', confirmedOn, '--cache-dir', join(folder.path, 'cache')];
      const scan = () =>
        plimsoll(['scan', 'docker:team/vulnerable:1', ...own, '--format', 'json'], {
          env: { DOCKER_HOST: engine.host },
        });
      const [one, other, warm] = [...(await Promise.all([scan(), scan()])), await scan()];
      expect(one).toMatchObject({ status: 1, stderr: '' });
      expect([other, warm]).toEqual([one, one]);
    });

    test('a scan that is ended in the middle leaves the tags of the engine as they are, and no temporary file', async () => {
      const tags = () =>
        engine
          .docker('image', 'ls', '--all', '--no-trunc')
          .split('\n')
          .map((line) => line.split(/ {2,}/).slice(0, 3).join(' '))
          // the images were made at the same moment: the engine lists those in any order
          .sort();
      const before = tags();
      const temp = join(folder.path, 'temp');
      mkdirSync(temp);
      const args = [
        'scan',
        'docker:team/vulnerable:1',
        '--db-dir',
        database,
        '--no-update',
        '--at',
        confirmedOn,
        '--no-cache',
      ];
      for (const afterMs of [50, 150, 250, 350, 500]) {
        const { status } = await plimsoll(args, {
          env: { DOCKER_HOST: engine.host, TMPDIR: temp },
          started: (child) => setTimeout(() => child.kill('SIGTERM'), afterMs).unref(),
        });
        // before it listens to signals, in the middle, or when it was done
        expect([null, 130, 1]).toContain(status);
      }
      expect(tags()).toEqual(before);
      expect(readdirSync(temp)).toEqual([]);
    });
  },
);
