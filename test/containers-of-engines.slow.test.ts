import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { noPodman, type Podman, startPodman } from './podman-engine.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, scan } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
const dbDir = join(scratch.path, 'db');
const archive = join(scratch.path, 'app.tar');

beforeAll(async () => {
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(dbDir, join(scratch.path, 'mirror'), smallMirrorShards);
  writeFileSync(archive, dockerArchive({ ...smallImage(), names: ['small/app:1'] }));
});
afterAll(scratch.remove);

/** Rules of section 5 that containers break, by what an engine prints of them. */
async function broken(inspected: string): Promise<readonly string[]> {
  const file = join(scratch.path, 'containers.json');
  writeFileSync(file, inspected);
  const more = ['--policy', 'cis-docker', '--stage', 'runtime', '--container', file];
  const { result, status } = await scan(archive, dbDir, more);
  expect(status).toBe(1);
  return result.verdict.rules.map(({ id }) => id).filter((id) => id.startsWith('cis-5.'));
}

// biome-ignore format: one option a pair
const careful = ['--network', 'none', '--memory', '64m', '--cpu-shares', '512', '--pids-limit', '50', '--read-only',
  '--security-opt', 'no-new-privileges', '--restart', 'on-failure:3'];
// biome-ignore format: one option a pair
const careless = ['--privileged', '--network', 'host', '--pid', 'host', '--ipc', 'host', '--uts', 'host', '--cap-add',
  'SYS_ADMIN', '-v', '/etc:/host', '-v', '/proc:/run/docker.sock', '--security-opt', 'seccomp=unconfined',
  '--restart', 'always', '--device', '/dev/null', '--ulimit', 'nofile=10'];
const seen = [
  '5-privileged',
  '6-host-directory',
  '7-sshd',
  '10-host-network',
  '11-memory',
  '12-cpu',
  '13-read-only-root',
]
  .concat(['15-restart', '16-host-processes', '19-ulimits', '21-host-uts', '22-seccomp', '26-new-privileges'])
  .map((name) => `cis-5.${name}`);
/** Podman's inspect says neither of a privileged container before it starts (docs/reference/packs.md). */
const notOfPodman = ['cis-5.17-host-ipc', 'cis-5.18-devices'];
/** By the host, and the image, which has no health check. */
const ofHost = ['cis-5.2-apparmor', 'cis-5.3-selinux', 'cis-5.27-health'];

describe.skipIf(noDockerEngine)(`containers of Docker${noDockerEngine ? ` (skipped: ${noDockerEngine})` : ''}`, () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    if (noDockerEngine) return;
    engine = await startDockerEngine();
    engine.docker('load', '--quiet', '--input', archive);
  });
  afterAll(() => engine?.stop());

  it('break what they were made to break, and nothing else', async () => {
    engine.docker('create', '--name', 'careful', ...careful, 'small/app:1', 'true');
    engine.docker('create', '--name', 'careless', ...careless, 'small/app:1', '/usr/sbin/sshd');
    const good = await broken(engine.docker('inspect', 'careful'));
    const bad = await broken(engine.docker('inspect', 'careless'));
    expect(bad).toEqual(
      expect.arrayContaining(['cis-5.4-capabilities', 'cis-5.29-processes', ...seen, ...notOfPodman]),
    );
    expect(good.filter((id) => !ofHost.includes(id))).toEqual([]);
  });
});

describe.skipIf(noPodman)(`containers of Podman${noPodman ? ` (skipped: ${noPodman})` : ''}`, () => {
  let engine: Podman;
  beforeAll(async () => {
    if (noPodman) return;
    engine = await startPodman();
    engine.podman('load', '--quiet', '--input', archive);
  });
  afterAll(() => engine?.stop());

  it('break what they were made to break, and nothing else but its own limits', async () => {
    engine.podman('create', '--name', 'careful', ...careful, 'small/app:1', 'true');
    engine.podman('create', '--name', 'careless', ...careless, 'small/app:1', '/usr/sbin/sshd');
    const good = await broken(engine.podman('inspect', 'careful'));
    const bad = await broken(engine.podman('inspect', 'careless'));
    expect(bad).toEqual(expect.arrayContaining([...seen]));
    expect(bad.filter((id) => notOfPodman.includes(id))).toEqual([]);
    // Podman names the limits that it gives every container
    expect(good.filter((id) => !ofHost.includes(id))).toEqual(['cis-5.19-ulimits']);
  });
});
