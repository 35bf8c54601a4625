import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixtureEntry } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { makeAuthority, noDockerRegistry, startRegistry, type TestRegistry } from './docker-registry.ts';
import { makeProject, noRunner, type PipelineRun, pipelineFiles, runPipeline } from './gitlab-runner.ts';
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
/** one that wants a login that no job has */
let closed: TestRegistry;

beforeAll(async () => {
  if (why) return;
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(db, join(scratch.path, 'mirror'), smallMirrorShards);
  const storage = { driver: 'vfs', graphroot: join(scratch.path, 'storage'), runroot: join(scratch.path, 'running') };
  const lines = Object.entries(storage).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  writeFileSync(storageConf, `[storage]\n${lines.join('')}`);
  engine = await startDockerEngine();
  const authority = makeAuthority(scratch.path);
  registry = await startRegistry('plain', scratch.path, authority);
  closed = await startRegistry('basic', scratch.path, authority);
});
afterAll(async () => {
  await closed?.stop();
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

/** What kaniko would write, made by buildah of the options that the job gives to kaniko; any other option is refused. */
const kaniko = `#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in
    --context) context=$2; shift 2 ;;
    --destination) name=$2; shift 2 ;;
    --tar-path) file=$2; shift 2 ;;
    --no-push) shift ;;
    *) exit 64 ;;
  esac
done
set -e
echo "kaniko builds"
buildah build --tag "$name" "$context"
buildah push "$name" "docker-archive:$file:$name"
`;

interface More {
  readonly variables?: Readonly<Record<string, string>>;
  /** of the project, beside its Dockerfile */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** of the pipeline's text */
  readonly change?: (text: string) => string;
}

function run(file: string, layer: readonly FixtureEntry[], repository: string, more: More = {}) {
  const project = makeProject(scratch.path, layer);
  for (const [name, text] of Object.entries(more.files ?? {})) writeFileSync(join(project, name), text);
  return runPipeline(
    project,
    file,
    { IMAGE: `${registry.host}/${repository}`, ...more.variables },
    {
      DOCKER_HOST: engine.host,
      DOCKER_BUILDKIT: '0',
      PLIMSOLL_DB_DIR: db,
      PLIMSOLL_OFFLINE: 'true',
      PLIMSOLL_AT: feedsDay,
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: storageConf,
      ...more.env,
    },
    more.change,
  );
}

async function tagsOf(repository: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${registry.host}/v2/${repository}/tags/list`);
  if (answer.status === 404) return [];
  return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
}

/** Of a job, where the runner keeps what it left. */
const artifact = ({ folder }: PipelineRun, job: string, name = '') =>
  join(folder, '.gitlab-ci-local/artifacts', job, name);

describe.skipIf(why)(`pipelines${why ? ` (skipped: ${why})` : ''}`, () => {
  describe.each([
    ['by-image-id.gitlab-ci.yml', 'analysis', { RISK_THRESHOLD: '0' }],
    ['inline.gitlab-ci.yml', 'build-scan-push', {}],
    ['without-engine.gitlab-ci.yml', 'scan', { TLS_VERIFY: 'false' }],
  ])('%s', (file, gate, variables: Record<string, string>) => {
    const repository = file.split('.')[0]!;

    it('pushes an image that passes, and keeps its reports', async () => {
      const ran = await run(file, sound, `${repository}/sound`, { variables });
      expect(ran.output).toContain('✓ PASS');
      expect({ status: ran.status, tags: (await tagsOf(`${repository}/sound`)).length }).toEqual({
        status: 0,
        tags: 1,
      });
      expect(readdirSync(artifact(ran, gate))).toEqual(expect.arrayContaining(['report.html', 'result.json']));
    });

    it('stops one that does not: nothing is pushed, the reports are kept', async () => {
      const ran = await run(file, unsound, `${repository}/unsound`, { variables });
      expect(ran.output).toContain('✗ FAIL');
      expect({ status: ran.status, tags: await tagsOf(`${repository}/unsound`) }).toEqual({ status: 1, tags: [] });
      const { verdict } = JSON.parse(readFileSync(artifact(ran, gate, 'result.json'), 'utf8'));
      expect(verdict).toMatchObject({ result: 'fail', exitCode: 1 });
    });

    it('fails where the registry refuses the push after a pass; the verdict stays', async () => {
      const IMAGE = `${closed.host}/${repository}/refused`;
      const ran = await run(file, sound, '', { variables: { ...variables, IMAGE } });
      expect(ran.output).toContain('✓ PASS');
      expect({ status: ran.status, tags: await tagsOf(`${repository}/refused`) }).toEqual({ status: 1, tags: [] });
      const { verdict } = JSON.parse(readFileSync(artifact(ran, gate, 'result.json'), 'utf8'));
      expect(verdict).toMatchObject({ result: 'pass', exitCode: 0 });
    });

    it('takes variables with spaces, quotes and line breaks for what they are', async () => {
      const own = `it's "my" \`touch pwned\` $(touch pwned).yaml`;
      const rules = `name: own\nrules:\n  - {id: none, scope: vulnerability, when: 'true', action: deny, message: m}\n`;
      const policy = file.startsWith('by-') ? { RISK_THRESHOLD: '0 "$(touch pwned)"\n1' } : { POLICY: own };
      const ran = await run(file, unsound, `${repository}/odd`, {
        variables: { ...variables, ...policy },
        files: { [own]: rules },
      });
      expect(ran.output).toContain(file.startsWith('by-') ? '"threshold" is a number, such as 10' : 'policy own');
      expect({ status: ran.status, tags: await tagsOf(`${repository}/odd`) }).toEqual({ status: 1, tags: [] });
      const image = `${registry.host}/${repository}/odd";touch pwned;"\nx`;
      const wrong = await run(file, sound, '', { variables: { ...variables, IMAGE: image } });
      expect({ status: wrong.status, tags: await tagsOf(`${repository}/odd`) }).toEqual({ status: 1, tags: [] });
      for (const { folder } of [ran, wrong])
        expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('pwned'))).toEqual([]);
    });
  });

  it('kaniko builds where the file that includes the pipeline says so, and the rest is the same', async () => {
    const program = join(scratch.path, 'kaniko-executor');
    writeFileSync(program, kaniko, { mode: 0o755 });
    // the job runs in a shell here, and not in kaniko's image
    const flow = readFileSync(join(pipelineFiles, 'without-engine.gitlab-ci.yml'), 'utf8').replace(
      / {2}image:\n {4}name: gcr\.io\/kaniko-project\/executor:debug\n {4}entrypoint: \[''\]\n/,
      '',
    );
    expect(flow).not.toContain('gcr.io');
    const ran = await run('without-engine.gitlab-ci.yml', sound, 'with-kaniko', {
      variables: { TLS_VERIFY: 'false' },
      files: { 'flow.yml': flow.replace('/kaniko/executor', program) },
      change: () => 'include:\n  - local: flow.yml\nbuild:\n  extends: .build-with-kaniko\n',
    });
    expect(ran.output).toMatch(/kaniko builds[\s\S]*✓ PASS/);
    expect({ status: ran.status, tags: (await tagsOf('with-kaniko')).length }).toEqual({ status: 0, tags: 1 });
  });

  it('the tag for the scan is gone afterwards, also of an image that was stopped', async () => {
    const ran = await run('by-image-id.gitlab-ci.yml', unsound, 'tags', { variables: { RISK_THRESHOLD: '0' } });
    expect(ran.status).toBe(1);
    const tags = engine.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').trim().split('\n');
    expect(tags.filter((tag) => tag.includes('/tags:'))).toEqual([expect.stringContaining('/tags:1.0.')]);
    expect(tags.filter((tag) => tag.includes('candidate'))).toEqual([]);
  });

  it.each([['by-image-id.gitlab-ci.yml'], ['inline.gitlab-ci.yml']])(
    '%s: without the socket nothing is scanned and nothing is pushed',
    async (file) => {
      const ran = await run(file, sound, 'no-socket', { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
      expect(ran.output).toMatch(/Cannot connect to the Docker daemon|failed to connect|no such file/i);
      expect({ status: ran.status, tags: await tagsOf('no-socket') }).toEqual({ status: 1, tags: [] });
    },
  );
});
