import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { squash } from '../packages/engine/src/image/squash.ts';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { readSeen } from '../packages/engine/src/image/testing/reading.ts';
import { noContainerd, startContainerd } from './containerd-engine.ts';
import { noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { noPodman, startPodman } from './podman-engine.ts';
import { scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const directory = (path: string): FixtureEntry => ({ path, type: 'directory' });
const file = (path: string, content = ''): FixtureEntry => ({ path, content });
const link = (path: string, linkTarget: string): FixtureEntry => ({ path, type: 'symlink', linkTarget });
const lib = [directory('usr/'), directory('usr/lib/'), file('usr/lib/x'), file('usr/lib/y')];
const again = [directory('usr/'), directory('usr/lib/')];
const below = [directory('d/'), file('d/x'), file('d/y')];

/** Layers whose writers did what Dockerfiles do not. */
const images: Readonly<Record<string, readonly (readonly FixtureEntry[])[]>> = {
  'a whiteout through a link of its own layer': [
    lib,
    [...again, link('lib', 'usr/lib'), file('lib/.wh.x'), file('lib/z')],
  ],
  'a whiteout before the link that its directory becomes': [lib, [file('lib/.wh.x'), ...again, link('lib', 'usr/lib')]],
  'an opaque mark through a link of its own layer': [
    lib,
    [...again, link('lib', 'usr/lib'), file('lib/.wh..wh..opq'), file('lib/z')],
  ],
  'an opaque mark': [lib, [...again, file('usr/lib/.wh..wh..opq'), file('usr/lib/z')]],
  'a whiteout through a link of the layer below': [[...lib, link('l', 'usr/lib')], [file('l/.wh.x')]],
  'a whiteout without its directory': [below, [file('d/.wh.x')]],
  'a whiteout that is a hard link': [below, [{ path: 'd/.wh.x', type: 'hardlink', linkTarget: 'q' }, file('q')]],
  'a whiteout that is a directory': [below, [directory('d/'), directory('d/.wh.x'), file('q')]],
  'a whiteout that is a link': [below, [directory('d/'), link('d/.wh.x', 'y'), file('q')]],
  'a whiteout before what it names': [below, [directory('d/'), file('d/.wh.x'), file('d/x', 'new')]],
  'a file below a folder that is called like a whiteout': [below, [file('.wh.d/x', 'a'), file('q')]],
  'other marks of AUFS': [below, [directory('d/'), file('d/.wh..wh.x'), file('d/.wh..wh.plnk'), file('q')]],
  'a whiteout whose directory becomes a link': [
    [file('srv/node_modules/evil/package.json')],
    [file('a/.wh.x'), file('a/node_modules/.wh.evil'), link('a', 'srv')],
  ],
  'a whiteout whose directory becomes a file': [below, [file('d/.wh.x'), file('d', 'now a file')]],
  'a file in a directory that is a link below': [[...lib, link('l', 'usr/lib')], [file('l/z')]],
  'a file in a directory that takes the place of a link': [
    [...lib, link('l', 'usr/lib')],
    [directory('l/'), file('l/z')],
  ],
  'a link that passes a file and climbs again': [
    [directory('app/'), file('app/lock.json'), directory('app/x/'), file('app/x/y'), link('l', 'app/lock.json/../x')],
  ],
};

/** What the engines put into every container. */
const ofEngines = /^(dev|proc|sys|run)\/|^\.dockerenv$|^etc\/(hostname|hosts|mtab|resolv\.conf)$/;

/** Paths of files and links, as we say them. */
async function ours(archive: string): Promise<readonly string[]> {
  const { layers } = await readSeen(archive);
  const view = squash(layers.map(({ analysis }) => analysis.listing));
  return [...view.files()].map(({ path }) => path).sort();
}

/** Paths of files and links in the tar that an engine exports. */
function exported(tar: string): readonly string[] {
  const names = execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).trim().split('\n');
  return names.filter((name) => !name.endsWith('/') && !ofEngines.test(name)).sort();
}

/** Paths of files and links below a folder. Node's own recursion would follow links. */
function found(root: string): readonly string[] {
  const options = ['-mindepth', '1', '(', '-type', 'f', '-o', '-type', 'l', ')', '-printf', '%P\\n'];
  return execFileSync('find', [root, ...options], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .sort();
}

function archives(): readonly (readonly [what: string, archive: string, reference: string])[] {
  return Object.entries(images).map(([what, layers], index) => {
    const archive = join(scratch.path, `${index}.tar`);
    // The engines run nothing without a command.
    const image = fixtureImage({ layers, names: [`views/${index}:1`], config: { Cmd: ['/x'] } });
    writeFileSync(archive, dockerArchive(image));
    return [what, archive, `views/${index}:1`];
  });
}

/** Opens an archive and lists the files and links of a container of it. */
interface Engine {
  show(archive: string, reference: string): readonly string[];
  stop(): Promise<void>;
}

async function docker(): Promise<Engine> {
  const engine = await startDockerEngine();
  return {
    show(archive, reference) {
      engine.docker('load', '--quiet', '--input', archive);
      engine.docker('export', '--output', `${archive}.docker`, engine.docker('create', reference).trim());
      return exported(`${archive}.docker`);
    },
    stop: () => engine.stop(),
  };
}

async function podman(): Promise<Engine> {
  const engine = await startPodman();
  return {
    show(archive, reference) {
      engine.podman('load', '--quiet', '--input', archive);
      const id = engine.podman('create', '--network=none', reference).trim();
      engine.podman('export', '--output', `${archive}.podman`, id);
      return exported(`${archive}.podman`);
    },
    stop: () => engine.stop(),
  };
}

async function containerd(): Promise<Engine> {
  const engine = await startContainerd();
  return {
    show(archive, reference) {
      const root = `${archive}.containerd`;
      mkdirSync(root);
      engine.ctr('images', 'import', archive);
      engine.ctr('images', 'mount', `docker.io/${reference}`, root);
      try {
        return found(root);
      } finally {
        engine.ctr('images', 'unmount', root);
      }
    },
    stop: () => engine.stop(),
  };
}

const engines = [
  { name: 'Docker', missing: noDockerEngine, start: docker },
  { name: 'Podman', missing: noPodman, start: podman },
  { name: 'containerd', missing: noContainerd, start: containerd },
];

for (const { name, missing, start } of engines) {
  describe.skipIf(missing)(`a container of ${name} shows what we say${missing ? ` (skipped: ${missing})` : ''}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      if (!missing) engine = await start();
    });
    afterAll(() => engine?.stop());

    it.each(archives())('%s', async (_, archive, reference) => {
      expect(engine.show(archive, reference)).toEqual(await ours(archive));
    });
  });
}
