import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dockerArchive,
  type FixtureImage,
  fixtureImage,
  sha256,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { oddImage } from './odd-image.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, judgement, judgementOfFiles, listPackages, type Scan, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';
import { unpackImage } from './unpacked-image.ts';

const images = shared('images');
const noImages = images ? undefined : needsShared;
const skipped = (...reasons: (string | undefined)[]) =>
  reasons.flatMap((reason) => (reason ? ` (skipped: ${reason})` : [])).join('');

const scratch = scratchFolder();
const dbDir = join(scratch.path, 'db');
let engine: DockerEngine;

beforeAll(async () => {
  if (noDockerEngine) return;
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(dbDir, join(scratch.path, 'mirror'), smallMirrorShards);
  engine = await startDockerEngine();
});
afterAll(async () => {
  await engine?.stop();
  scratch.remove();
});

const scanOf = (reference: string): Promise<Scan> => scan(reference, dbDir, [], { env: { DOCKER_HOST: engine.host } });

/** Writes a `docker save` archive under this name and loads it. */
function load(image: FixtureImage, name: string): string {
  const file = join(scratch.path, `${name.replace(/\W/g, '-')}.tar`);
  writeFileSync(file, dockerArchive({ ...image, names: [name] }));
  engine.docker('load', '--quiet', '--input', file);
  return file;
}

describe.skipIf(noDockerEngine)(`an image of a real Docker engine${skipped(noDockerEngine)}`, () => {
  const id = sha256(smallImage().config);
  let archive: Scan;
  beforeAll(async () => {
    if (!noDockerEngine) archive = await scanOf(load(smallImage(), 'small/app:1'));
  });

  it.each([
    ['name', 'docker:small/app:1'],
    ['bare name', 'small/app:1'],
    ['full ID', `docker:${id}`],
    ['ID of 64 digits', `docker:${id.slice(7)}`],
    ['ID of 12 digits', `docker:${id.slice(7, 19)}`],
    ['bare ID of 12 digits', id.slice(7, 19)],
  ])('by %s: the packages and findings of its archive', async (_, reference) => {
    const { status, result } = await scanOf(reference);
    expect(status).toBe(archive.status);
    expect(result.findings.length).toBeGreaterThan(4);
    expect(judgement(result)).toEqual(judgement(archive.result));
    expect(result.image).toMatchObject({ id, reference, names: ['small/app:1'] });
    expect(result.image.layers.map(({ diffId, instruction }) => [diffId, instruction])).toEqual(
      archive.result.image.layers.map(({ diffId, instruction }) => [diffId, instruction]),
    );
  });

  it('from its own folders, of which most is not touched, as from its export', async () => {
    const archive = load(oddImage(), 'small/odd:1');
    const relay = await startRelay(engine.host);
    const list = (reference: string, host: string) => listPackages(reference, [], { env: { DOCKER_HOST: host } });
    const [near, far, wanted] = [
      await list('docker:small/odd:1', engine.host),
      await list('docker:small/odd:1', relay.host),
      await list(archive, engine.host),
    ];
    await relay.stop();
    expect(near.image.readFrom).toBe(engine.storageDriver === 'overlay2' ? 'overlay2' : 'export');
    expect(far.image.readFrom).toBe('export');
    expect(wanted.packages.map(({ name }) => name).sort()).toEqual(['linked', 'linked', 'named-in-latin-1']);
    for (const { packages, facts, incomplete, image } of [near, far]) {
      expect({ packages, facts, incomplete, id: image.id }).toEqual({
        packages: wanted.packages,
        facts: wanted.facts,
        incomplete: wanted.incomplete,
        id: wanted.image.id,
      });
    }
  });

  it('says 3 and one clear line for an image that the engine does not have', async () => {
    const outcome = await plimsoll(['scan', 'docker:no/such:image', '--db-dir', dbDir, '--offline'], {
      env: { DOCKER_HOST: engine.host },
    });
    expect(outcome).toMatchObject({ status: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^plimsoll: [^\n]*has no image no\/such:image[^\n]*\n$/);
  });

  it('reads what its builder makes: added, overwritten and deleted files, a folder copied over', async () => {
    const context = join(scratch.path, 'context');
    const put = (path: string, content: string) => {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), content);
    };
    put('one/node_modules/one/package.json', '{"name":"one","version":"1.0.0"}');
    put('two/node_modules/one/package.json', '{"name":"one","version":"2.0.0"}');
    put('Dockerfile', 'FROM small/app:1\nCOPY one /srv/built\nCOPY two /srv/built\nLABEL made=here\nUSER app\n');
    build(context, 'small/built:1');
    const { result } = await scanOf('docker:small/built:1');
    const built = result.packages.filter(({ name }) => name === 'one');
    expect(built).toMatchObject([
      { version: '2.0.0', locations: [{ path: '/srv/built/node_modules/one/package.json' }] },
    ]);
    const made = result.image.layers.find(({ diffId }) => diffId === built[0]!.locations[0]!.layer);
    expect(made).toBe(result.image.layers.at(-1));
    expect(made?.instruction).toContain('/srv/built');
    expect(result.facts.config).toMatchObject({ user: 'app', labels: { stage: 'test', made: 'here' } });
    expect(result.verdict.rules.map((rule) => rule.id)).not.toContain('root-user');
  });
});

interface Relay {
  readonly host: string;
  stop(): Promise<void>;
}

/** The engine as another host would see it: behind a network connection. */
async function startRelay(host: string, onBytes: (total: number) => void = () => {}): Promise<Relay> {
  let total = 0;
  const server = createServer((from) => {
    const to = connect(host.slice('unix://'.length));
    to.on('data', (chunk) => {
      total += chunk.length;
      onBytes(total);
    });
    from.on('error', () => to.destroy()).pipe(to);
    to.on('error', () => from.destroy()).pipe(from);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];

/** By whichever builder the engine has. */
function build(context: string, name: string): void {
  engine.docker('build', '--quiet', '--network', 'none', '--tag', name, context);
}

describe.skipIf(noDockerEngine ?? noImages)(
  `real images in a real Docker engine${skipped(noDockerEngine, noImages)}`,
  () => {
    it.each([
      'alpine-3.12.oci.tar',
      'alpine-3.16.docker.tar',
      'alpine-3.18-multiarch.oci.tar',
      'debian-8-dpkgdb.docker.tar.gz',
      'distroless-base-debian11.docker.tar',
      'debian-12-minbase.oci.tar',
    ])('%s: the packages of its archive', async (file) => {
      const name = `real/${file.replace(/\..*/, '')}:1`;
      load(unpackImage(join(images!, file), scratch.path), name);
      const [loaded, archive] = [
        await listPackages(`docker:${name}`, [], { env: { DOCKER_HOST: engine.host } }),
        await listPackages(join(images!, file), ['--platform', 'linux/amd64']),
      ];
      expect(loaded.packages.length).toBeGreaterThan(5);
      expect(loaded.packages).toEqual(archive.packages);
      expect(loaded.incomplete).toEqual(archive.incomplete);
      expect(loaded.image.id).toBe(archive.image.id);
    });

    it('app-web-shop.oci.tar: the packages and findings of its archive', async () => {
      load(unpackImage(join(images!, 'app-web-shop.oci.tar'), scratch.path), 'real/app-web-shop:1');
      const archive = await scanOf(join(images!, 'app-web-shop.oci.tar'));
      expect(archive.result.packages.length).toBeGreaterThan(200);
      expect(judgement((await scanOf('docker:real/app-web-shop:1')).result)).toEqual(judgement(archive.result));
    });

    it('lists what dpkg, npm manifests and the flattened image list, after layers that delete and hide', async () => {
      const context = join(scratch.path, 'debian-context');
      const manifest = (name: string) => {
        const path = join(context, 'modules', name, 'package.json');
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify({ name, version: '1.0.0', license: 'MIT' }));
      };
      for (const name of ['kept', 'deleted', 'nested/node_modules/inner']) manifest(name);
      const steps = [
        'FROM real/debian-12-minbase:1',
        'COPY modules /srv/app/node_modules',
        'RUN rm -r /srv/app/node_modules/deleted',
        // a folder made anew where one was: an opaque mark
        'RUN rm -r /srv/app/node_modules/nested && mkdir -p /srv/app/node_modules/nested/node_modules',
        'RUN dpkg --purge --force-all tzdata && dpkg --remove --force-all apt',
        'RUN mv /srv/app /srv/moved && ln -s moved /srv/app && mv /srv/moved/node_modules/kept /srv/moved/node_modules/new',
      ];
      writeFileSync(join(context, 'Dockerfile'), `${steps.join('\n')}\n`);
      build(context, 'real/built:1');
      const { result } = await scanOf('docker:real/built:1');
      // as the engine unpacked it, and as it was before
      for (const base of ['docker:real/debian-12-minbase:1', join(images!, 'debian-12-minbase.oci.tar')]) {
        const env = { DOCKER_HOST: engine.host };
        const { image, incomplete } = await listPackages('docker:real/built:1', ['--base', base], { env });
        expect(incomplete.filter(({ code }) => code === 'base-mismatch')).toEqual([]);
        expect(image.layers.map((layer) => layer.base)).toEqual([true, ...image.layers.slice(1).map(() => false)]);
      }
      const run = (...command: string[]) =>
        engine
          .docker('run', '--rm', '--network', 'none', 'real/built:1', ...command)
          .trimEnd()
          .split('\n')
          .sort();

      const fields = ['db:Status-Status', 'Package', 'Version', 'Architecture', 'source:Package', 'source:Version'];
      const format = `-f=${fields.map((field) => `$\{${field}}`).join(' ')}\n`;
      const installed = run('dpkg-query', '-W', format).filter((line) => line.startsWith('installed '));
      const listed = result.packages.filter(({ type }) => type === 'deb');
      expect(installed.length).toBeGreaterThan(80);
      expect(
        listed
          .map(({ name, version, arch, source }) =>
            ['installed', name, version, arch, source?.name ?? name, source?.version ?? version].join(' '),
          )
          .sort(),
      ).toEqual(installed);

      const manifests = run('find', '/srv', '-name', 'package.json');
      const npm = result.packages.filter(({ type }) => type === 'npm');
      expect(npm.flatMap(({ locations }) => locations.map(({ path }) => path)).sort()).toEqual(manifests);
      expect(npm.map(({ name }) => name)).toEqual(['kept']);

      const container = engine.docker('create', '--network', 'none', 'real/built:1', 'true').trim();
      const flat = join(scratch.path, 'flat.tar');
      engine.docker('export', '--output', flat, container);
      engine.docker('import', flat, 'real/flat:1');
      expect(judgementOfFiles((await scanOf('docker:real/flat:1')).result)).toEqual(judgementOfFiles(result));
    });
  },
);

describe.skipIf(noDockerEngine)(`an engine that dies${skipped(noDockerEngine)}`, () => {
  it('while it exports: 3, one line, and nothing is kept of half an image', async () => {
    const content = randomBytes(32 * 1024 * 1024);
    load(fixtureImage({ layers: [[{ path: 'large', content }], [{ path: 'b', content: 'b' }]] }), 'small/large:1');
    const kept = join(scratch.path, 'kept');
    let killed = 0;
    const relay = await startRelay(engine.host, (total) => {
      if (total < 1024 * 1024 || killed > 0) return;
      killed = total;
      engine.kill();
    });
    const report = join(scratch.path, 'none.json');
    const outcome = await plimsoll(
      [
        'scan',
        'docker:small/large:1',
        '--db-dir',
        dbDir,
        '--no-update',
        '--cache-dir',
        kept,
        '--format',
        `json=${report}`,
      ],
      { env: { DOCKER_HOST: relay.host } },
    );
    await relay.stop();
    expect(killed).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ status: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^plimsoll: [^\n]*(?:broke off|truncated|ends early)[^\n]*\n$/);
    expect(existsSync(report)).toBe(false);
    expect(filesBelow(kept).filter((path) => /[0-9a-f]{64}/.test(path))).toEqual([]);
  });
});

describe.skipIf(noDockerEngine)(`an engine that has stopped${skipped(noDockerEngine)}`, () => {
  it.each(['docker:small/app:1', 'small/app:1'])('%s ends with 3 and says what to do', async (reference) => {
    await engine.stop();
    const outcome = await plimsoll(['scan', reference, '--db-dir', dbDir, '--offline'], {
      env: { DOCKER_HOST: engine.host },
    });
    expect(outcome).toMatchObject({ status: 3, stdout: '' });
    expect(outcome.stderr).toMatch(
      /^plimsoll: [^\n]*cannot reach the engine at [^\n]*is the engine running\?[^\n]*\n$/,
    );
  });
});
