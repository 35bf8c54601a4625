import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixtureEntry } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { makeAuthority, noDockerRegistry, startRegistry, type TestRegistry } from './docker-registry.ts';
import { makeProject, noRunner, type PipelineRun, runPipeline } from './gitlab-runner.ts';
import { dpkgStatus, osRelease } from './images.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const noBuildah = ['/usr/bin/buildah', '/usr/bin/skopeo'].every((path) => existsSync(path))
  ? undefined
  : 'needs buildah and skopeo (scripts/install-test-parts.sh installs them)';
const why = noDockerEngine ?? noDockerRegistry ?? noRunner ?? noBuildah;

const scratch = scratchFolder();
const db = join(scratch.path, 'db');
/** buildah's images lie here, not in the place that it shares with Podman. */
const storageConf = join(scratch.path, 'storage.conf');
let engine: DockerEngine;
let registry: TestRegistry;

beforeAll(async () => {
  if (why) return;
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(db, join(scratch.path, 'mirror'), smallMirrorShards);
  const storage = { driver: 'vfs', graphroot: join(scratch.path, 'storage'), runroot: join(scratch.path, 'running') };
  const lines = Object.entries(storage).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  writeFileSync(storageConf, `[storage]\n${lines.join('')}`);
  engine = await startDockerEngine();
  registry = await startRegistry('plain', scratch.path, makeAuthority(scratch.path));
});
afterAll(async () => {
  await registry?.stop();
  await engine?.stop();
  scratch.remove();
});

const sound: readonly FixtureEntry[] = [osRelease, dpkgStatus({ bash: '5.2.15-2' })];
/** A vulnerability that is known to be exploited, and one rated High that a fix is there for. */
const unsound: readonly FixtureEntry[] = [
  osRelease,
  dpkgStatus({ bash: '5.2.15-2', curl: '7.88.1-10+deb12u1' }),
  { path: 'srv/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.15"}' },
];

function run(file: string, layer: readonly FixtureEntry[], repository: string, more: Record<string, string> = {}) {
  return runPipeline(
    makeProject(scratch.path, layer),
    file,
    { IMAGE: `${registry.host}/${repository}`, ...more },
    {
      DOCKER_HOST: engine.host,
      DOCKER_BUILDKIT: '0',
      PLIMSOLL_DB_DIR: db,
      PLIMSOLL_OFFLINE: 'true',
      PLIMSOLL_AT: feedsDay,
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: storageConf,
    },
  );
}

async function tagsOf(repository: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${registry.host}/v2/${repository}/tags/list`);
  if (answer.status === 404) return [];
  return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
}

const artifact = ({ folder }: PipelineRun, path: string) => join(folder, '.gitlab-ci-local/artifacts', path);

describe.skipIf(why)(`pipelines${why ? ` (skipped: ${why})` : ''}`, () => {
  describe.each([
    ['by-image-id.gitlab-ci.yml', 'analysis', { RISK_THRESHOLD: '0' }],
    ['inline.gitlab-ci.yml', 'build-scan-push', {}],
    ['without-engine.gitlab-ci.yml', 'scan', { TLS_VERIFY: 'false' }],
  ])('%s', (file, gate, variables: Record<string, string>) => {
    const repository = file.split('.')[0]!;

    it('pushes an image that passes, and keeps its reports', async () => {
      const ran = await run(file, sound, `${repository}/sound`, variables);
      expect(ran.output).toContain('✓ PASS');
      expect({ status: ran.status, tags: (await tagsOf(`${repository}/sound`)).length }).toEqual({
        status: 0,
        tags: 1,
      });
      expect(readdirSync(artifact(ran, gate))).toEqual(expect.arrayContaining(['report.html', 'result.json']));
    });

    it('stops one that does not: nothing is pushed, the reports are kept', async () => {
      const ran = await run(file, unsound, `${repository}/unsound`, variables);
      expect(ran.output).toContain('✗ FAIL');
      expect({ status: ran.status, tags: await tagsOf(`${repository}/unsound`) }).toEqual({ status: 1, tags: [] });
      const { verdict } = JSON.parse(readFileSync(join(artifact(ran, gate), 'result.json'), 'utf8'));
      expect(verdict).toMatchObject({ result: 'fail', exitCode: 1 });
    });
  });
});
