import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { makeDebianRoot, noDebianRoot } from './debian-root.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { login, makeAuthority, noDockerRegistry, startRegistry, type TestRegistry } from './docker-registry.ts';
import { makeProject, noRunner, runPipeline } from './gitlab-runner.ts';
import { dpkgStatus, osRelease } from './images.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, listPackages, scan } from './scans.ts';
import { smallMirrorShards, writeRangesOfNode, writeSmallMirror } from './small-mirror.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const noParts = ['/usr/bin/buildah', '/usr/bin/skopeo', '/usr/bin/strip'].every((path) => existsSync(path))
  ? undefined
  : 'needs buildah, skopeo and binutils (scripts/install-test-parts.sh installs them)';
const why = noDockerEngine ?? noParts ?? noDebianRoot ?? noRunner ?? noDockerRegistry;

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);

/** What the program and in-a-box need of Debian. */
const debianPackages = [
  ...['base-files', 'libc6', 'libgcc-s1', 'gcc-12-base', 'libstdc++6', 'dash'],
  ...['coreutils', 'libacl1', 'libattr1', 'libgmp10', 'libselinux1', 'libpcre2-8-0'],
];

const buildahEnv = { ...process.env, BUILDAH_ISOLATION: 'chroot', CONTAINERS_STORAGE_CONF: at('storage.conf') };

/** Builds the image in a fresh store. @returns the archive and the digest of its manifest */
function build(context: string, name: string): { readonly archive: string; readonly digest: string } {
  const storage = { driver: 'vfs', graphroot: at(`${name}-storage`), runroot: at(`${name}-running`) };
  const lines = Object.entries(storage).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  writeFileSync(at('storage.conf'), `[storage]\n${lines.join('')}`);
  const buildah = (...args: string[]) => execFileSync('buildah', args, { env: buildahEnv, stdio: 'pipe' });
  const base = ['--build-arg', `BASE=docker-archive:${at('base.tar')}`];
  buildah('build', '--timestamp', '0', ...base, '--tag', 'plimsoll:test', context);
  const archive = at(`${name}.tar`);
  buildah('push', '--digestfile', at(`${name}.digest`), 'plimsoll:test', `oci-archive:${archive}`);
  rmSync(storage.graphroot, { recursive: true });
  return { archive, digest: readFileSync(at(`${name}.digest`), 'utf8').trim() };
}

const node = (script: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, 'scripts', script), ...args], { stdio: 'pipe' });

const sound: readonly FixtureEntry[] = [osRelease, dpkgStatus({ bash: '5.2.15-2' })];
const unsound: readonly FixtureEntry[] = [osRelease, dpkgStatus({ bash: '5.2.15-2', curl: '7.88.1-10+deb12u1' })];

describe.skipIf(why)(`Plimsoll’s own image${why ? ` (skipped: ${why})` : ''}`, () => {
  let built: ReturnType<typeof build>;
  let engine: DockerEngine;
  let registry: TestRegistry;
  const db = at('db');

  beforeAll(async () => {
    writeSmallMirror(at('mirror'));
    writeRangesOfNode(at('mirror'));
    await buildDatabase(db, at('mirror'), [...smallMirrorShards, 'cpe-n']);
    node('executable.mjs', at('release'));
    makeDebianRoot(at('debian'), debianPackages);
    const layer = execFileSync('tar', ['-c', '-C', at('debian'), '.'], { maxBuffer: 1 << 30 });
    writeFileSync(at('base.tar'), dockerArchive(fixtureImage({ names: ['debian:test'], layers: [layer] })));
    node('image-context.mjs', at('context'), join(at('release'), `plimsoll-linux-${process.arch}`), db);
    built = build(at('context'), 'first');
    engine = await startDockerEngine();
    execFileSync('skopeo', [
      'copy',
      '-q',
      `oci-archive:${built.archive}`,
      `docker-archive:${at('load.tar')}:plimsoll:test`,
    ]);
    engine.docker('load', '--quiet', '--input', at('load.tar'));
    registry = await startRegistry('basic', at(''), makeAuthority(at('')));
  }, 300_000);
  afterAll(async () => {
    await registry?.stop();
    await engine?.stop();
  });

  it('is the same for the same files, to the digest', () => {
    rmSync(at('context'), { recursive: true });
    node('image-context.mjs', at('context'), join(at('release'), `plimsoll-linux-${process.arch}`), db);
    expect(build(at('context'), 'second').digest).toBe(built.digest);
  });

  it('passes its own gate under `default`, runs as nobody, and lists what it is made of', async () => {
    const { status, result } = await scan(`oci-archive:${built.archive}`, db);
    expect({ status, rules: result.verdict.rules, incomplete: result.incomplete }).toEqual({
      status: 0,
      rules: [],
      incomplete: [],
    });
    expect(result.facts.config).toMatchObject({ user: '65532:65532', exposedPorts: [] });
    const { packages } = await listPackages(`oci-archive:${built.archive}`);
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['libc6', 'commander', 'yaml', 'zod', 'node']));
  });

  it('runs without a network and without rights', () => {
    const bare = ['--network', 'none', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    expect(engine.docker('run', '--rm', ...bare, 'plimsoll:test', '--version')).toBe('plimsoll 0.1.0\n');
  });

  describe('as ClairInABox', () => {
    const results = ['clair-log.log', 'clair-report.html', 'clair-report.json'];
    const offline = ['PLIMSOLL_OFFLINE=true', `PLIMSOLL_AT=${feedsDay}`];
    const socket = () => engine.host.replace('unix://', '');
    let boxes = 0;

    /** Runs one as its users do. @param user of the container; the folder of results belongs to 12345 */
    async function box(variables: readonly string[], user = '12345', options: readonly string[] = []) {
      const folder = at(`result of box ${++boxes}`);
      mkdirSync(folder);
      chownSync(folder, 12345, 12345);
      const env = [...offline, ...variables].flatMap((each) => ['--env', each]);
      const mounts = ['--volume', `${socket()}:/var/run/docker.sock`, '--volume', `${folder}:/result`];
      const as = ['--user', `${user}:${statSync(socket()).gid}`, '--entrypoint', 'in-a-box'];
      const args = ['run', '--rm', ...as, ...mounts, ...env, ...options, 'plimsoll:test'];
      const child = spawn('docker', args, { env: { ...process.env, DOCKER_HOST: engine.host } });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
      const files = readdirSync(folder).sort();
      const owners = new Set(files.map((name) => statSync(join(folder, name)).uid));
      const text = (name: string) => readFileSync(join(folder, name), 'utf8');
      return { status, output, files, owners: [...owners], text };
    }

    function image(name: string, layer: readonly FixtureEntry[]): string {
      const file = at(`${name}.tar`);
      writeFileSync(
        file,
        dockerArchive(fixtureImage({ names: [`box/${name}:1`], layers: [layer], config: { User: 'app' } })),
      );
      engine.docker('load', '--quiet', '--input', file);
      return `box/${name}:1`;
    }

    it.each([
      ['sound', sound, 0],
      ['unsound', unsound, 1],
    ] as const)('the pipeline with an image that is %s keeps the results', async (name, layer, status) => {
      const variables = {
        PLIMSOLL_IMAGE: 'plimsoll:test',
        IMAGE_TO_SCAN: image(name, layer),
        PLIMSOLL_OPTIONS: offline.map((each) => `--env ${each}`).join(' '),
      };
      const project = makeProject(scratch.path, layer);
      const change = (text: string) =>
        text.replace('DOCKER_SOCKET: /var/run/docker.sock', `DOCKER_SOCKET: ${socket()}`);
      const ran = await runPipeline(project, 'in-a-box.gitlab-ci.yml', variables, { DOCKER_HOST: engine.host }, change);
      expect(ran.output).toContain(status === 0 ? '✓ PASS' : '✗ FAIL');
      expect(ran.status).toBe(status);
      const kept = join(project, '.gitlab-ci-local/artifacts/scan/target/clair-result');
      expect(readdirSync(kept).sort()).toEqual(results);
    });

    it('a nightly schedule raises an alert for an image that no longer passes, and is silent else', async () => {
      const alerts: unknown[] = [];
      const listener = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => (body += chunk));
        request.on('end', () => {
          alerts.push([request.method, request.headers['content-type'], JSON.parse(body)]);
          response.end();
        });
      });
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
      const night = async (name: string, layer: readonly FixtureEntry[], source: string) => {
        const { status } = await runPipeline(
          makeProject(scratch.path, layer),
          'in-a-box.gitlab-ci.yml',
          {
            PLIMSOLL_IMAGE: 'plimsoll:test',
            PROJECT_NAME: `the "shop's" \\ $HOME`,
            IMAGE_TO_SCAN: image(name, layer),
            PLIMSOLL_OPTIONS: offline.map((each) => `--env ${each}`).join(' '),
            CI_PIPELINE_SOURCE: source,
            ALERT_URL: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`,
          },
          { DOCKER_HOST: engine.host },
          (text) => text.replace('DOCKER_SOCKET: /var/run/docker.sock', `DOCKER_SOCKET: ${socket()}`),
        );
        return status;
      };
      expect([await night('sound', sound, 'schedule'), await night('unsound', unsound, 'push')]).toEqual([0, 1]);
      expect(alerts).toEqual([]);
      expect(await night('unsound', unsound, 'schedule')).toBe(1);
      listener.close();
      const text = expect.stringMatching(/^the "shop's" \\ .* - box\/unsound:1 no longer passes, https?:\/\//);
      expect(alerts).toEqual([['POST', 'application/json', { text }]]);
    });

    it('a container that is stopped while it scans ends at once, with 130 and without results', async () => {
      // a registry that takes the question and never answers
      const silent = createSocketServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const asked = new Promise((resolve) => silent.once('connection', resolve));
      const { port } = silent.address() as AddressInfo;
      const variables = [`IMAGE_TO_SCAN=127.0.0.1:${port}/x:1`, 'PROJECT_NAME=p', 'IMAGE_TO_SCAN_REPO_USERNAME=u'];
      const asking = ['--network', 'host', '--env', 'PLIMSOLL_OFFLINE=false', '--env', 'PLIMSOLL_NO_UPDATE=true'];
      const running = box(variables, '12345', ['--name', 'stopped-box', ...asking]);
      await asked;
      engine.docker('stop', '--time', '120', 'stopped-box');
      const { status, output, files } = await running;
      silent.close();
      expect({ status, files, output }).toEqual({ status: 130, files: [], output: '' });
    });

    it('several at once, each with its own whitelist and results of the owner of the folder, whoever the container runs as', async () => {
      const name = `IMAGE_TO_SCAN=${image('unsound', unsound)}`;
      const whitelist = 'WHITELIST=generalwhitelist:\n  CVE-2023-38545: "it\'s \\"known\\""\n';
      const [stopped, approved, root] = await Promise.all([
        box(['PROJECT_NAME=one', name]),
        box(['PROJECT_NAME=two with spaces', name, whitelist]),
        box(['PROJECT_NAME=three', name, 'THRESHOLD=High'], '0'),
      ]);
      expect([stopped.status, approved.status, root.status]).toEqual([1, 0, 1]);
      for (const { files, owners } of [stopped, approved, root])
        expect({ files, owners }).toEqual({ files: results, owners: [12345] });
      expect(JSON.parse(stopped.text('clair-report.json'))).toMatchObject({ unapproved: ['CVE-2023-38545'] });
      expect(JSON.parse(approved.text('clair-report.json'))).toMatchObject({ unapproved: [] });
      expect(stopped.text('clair-log.log')).toContain('CVE-2023-38545');
    });

    it('logs in to a private registry, and tells nobody the password', async () => {
      const name = `${registry.host}/box/private:1`;
      image('private', sound);
      const { username, password } = login;
      const creds = ['--dest-creds', `${username}:${password}`, '--dest-tls-verify=false'];
      execFileSync('skopeo', ['copy', '-q', ...creds, `docker-archive:${at('private.tar')}`, `docker://${name}`]);
      const ask = (secret: string) =>
        box(
          [
            ...['PROJECT_NAME=p', `IMAGE_TO_SCAN=${name}`, `IMAGE_TO_SCAN_REPO_URL=${registry.host}`],
            ...[`IMAGE_TO_SCAN_REPO_USERNAME=${username}`, `IMAGE_TO_SCAN_REPO_PASSWORD=${secret}`],
          ],
          '12345',
          // the registry is on this machine, and the scan may ask it
          ['--network', 'host', '--env', 'PLIMSOLL_OFFLINE=false', '--env', 'PLIMSOLL_NO_UPDATE=true'],
        );
      const [right, wrong] = await Promise.all([ask(password), ask('not "it"')]);
      expect([right.status, wrong.status]).toEqual([0, 3]);
      for (const { output, files, text } of [right, wrong])
        for (const told of [output, ...files.map(text)]) expect(told).not.toMatch(/ci-pass-word|not "it"/);
    });

    it.each([
      [['IMAGE_TO_SCAN=box/x:1'], 'PROJECT_NAME'],
      [['PROJECT_NAME=p'], 'IMAGE_TO_SCAN'],
      [['PROJECT_NAME=p', 'IMAGE_TO_SCAN=box/x:1', 'THRESHOLD=Worst'], 'THRESHOLD is Worst'],
    ])('%j: says what is wrong', async (variables, word) => {
      const { status, output } = await box(variables);
      expect(status).toBe(2);
      expect(output).toContain(word);
    });

    it('a full disk for the results: 3, and no file of them that is half', () => {
      const disk = at('small disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12k,uid=12345,gid=12345', 'plimsoll-test', disk]);
      try {
        const env = [...offline, 'PROJECT_NAME=p', `IMAGE_TO_SCAN=${image('unsound', unsound)}`];
        const mounts = ['--volume', `${socket()}:/var/run/docker.sock`, '--volume', `${disk}:/result`];
        const as = ['--user', `12345:${statSync(socket()).gid}`, '--entrypoint', 'in-a-box'];
        const args = ['run', '--rm', ...as, ...mounts, ...env.flatMap((each) => ['--env', each]), 'plimsoll:test'];
        const ran = spawnSync('docker', args, { encoding: 'utf8', env: { ...process.env, DOCKER_HOST: engine.host } });
        expect({ status: ran.status, files: readdirSync(disk).sort() }).toEqual({
          status: 3,
          files: ['clair-log.log', 'clair-report.json'],
        });
        expect(ran.stdout).toContain('FAIL');
        expect(ran.stderr).toMatch(/^[^\n]*No space left on device\n$/);
        expect(JSON.parse(readFileSync(join(disk, 'clair-report.json'), 'utf8'))).toMatchObject({
          unapproved: ['CVE-2023-38545'],
        });
      } finally {
        execFileSync('umount', [disk]);
      }
    });

    it('a folder of somebody else: 2, and one line that says what to do', async () => {
      const { status, output, files } = await box(['PROJECT_NAME=p', 'IMAGE_TO_SCAN=box/x:1'], '777');
      expect({ status, files }).toEqual({ status: 2, files: [] });
      expect(output).toMatch(/^in-a-box: \/result is not writable for user 777: [^\n]*12345\n$/);
    });
  });
});
