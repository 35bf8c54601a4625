import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  tarArchive,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { noChroot, noDpkg } from './native-versions.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** A root in which the distro's own tool works step by step; each step becomes a layer, as `docker build` makes them. */
class Workshop {
  readonly root: string;
  readonly layers: Buffer[];
  readonly #watched: readonly string[];
  #before: ReadonlyMap<string, Buffer>;

  /** @param watched folders in which the steps change something */
  constructor(image: string, name: string, watched: readonly string[]) {
    const base = unpackImage(image, folder.path);
    this.root = join(folder.path, name);
    writeRootfs(base, this.root);
    this.layers = [...base.layers];
    this.#watched = watched;
    this.#before = this.#snapshot();
  }

  run(program: string, ...args: readonly string[]): string {
    return execFileSync('chroot', [this.root, program, ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Everything that changed since the last step, removals as whiteouts. @returns index of the layer */
  commit(): number {
    const now = this.#snapshot();
    const changed = [...now].filter(([path, body]) => !this.#before.get(path)?.equals(body));
    const gone = [...this.#before.keys()].filter((path) => !now.has(path));
    const entries: FixtureEntry[] = [
      ...changed.map(([path, content]) => ({ path, content })),
      ...gone.map((path) => ({ path: path.replace(/([^/]+)$/, '.wh.$1') })),
    ];
    this.#before = now;
    return this.layers.push(tarArchive(entries)) - 1;
  }

  async inventory(): Promise<readonly Found[]> {
    const file = `${this.root}.tar`;
    writeFileSync(file, dockerArchive(fixtureImage({ layers: this.layers })));
    const { status, stdout, stderr } = await plimsoll(['sbom', file, '--no-cache']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { image, packages } = JSON.parse(stdout);
    const layerOf = (diffId: string) => image.layers.findIndex((layer: { diffId: string }) => layer.diffId === diffId);
    return packages.map((each: Found & { locations: { layer: string }[] }) => ({
      ...each,
      layer: layerOf(each.locations[0]!.layer),
    }));
  }

  #snapshot(): ReadonlyMap<string, Buffer> {
    const files = new Map<string, Buffer>();
    const visit = (path: string): void => {
      const stat = lstatSync(join(this.root, path), { throwIfNoEntry: false });
      if (stat?.isFile()) files.set(path, readFileSync(join(this.root, path)));
      if (stat?.isDirectory()) for (const name of readdirSync(join(this.root, path)).sort()) visit(`${path}/${name}`);
    };
    for (const path of this.#watched) visit(path);
    return files;
  }
}

interface Found {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly source: { readonly name: string; readonly version: string };
  /** index in the image */
  readonly layer: number;
}

const rows = (found: readonly Found[], type: string) =>
  found
    .filter((each) => each.type === type)
    .map(({ name, version, arch, source }) => [name, version, arch, source.name, source.version].join(' '))
    .sort();

const debian = shared('images/debian-12-minbase.oci.tar');
const alpine = shared('images/alpine-3.16.docker.tar');
const whyNot = (...reasons: readonly (string | undefined)[]) => {
  const said = reasons.filter(Boolean);
  return said.length > 0 ? ` (${said.join('; ')})` : '';
};
const noDebian = debian ? undefined : needsShared;
const noAlpine = alpine ? undefined : needsShared;

describe.skipIf(noDebian ?? noChroot ?? noDpkg)(
  `what dpkg lists, step by step${whyNot(noDebian, noChroot, noDpkg)}`,
  () => {
    let workshop: Workshop;
    beforeAll(() => {
      workshop = new Workshop(debian!, 'debian', ['var/lib/dpkg', 'opt']);
    });

    /** Builds a package and puts it where the root's dpkg finds it. */
    function deb(name: string, version: string, fields = '', arch = 'all'): string {
      const tree = join(folder.path, 'deb', `${name}-${arch}`);
      mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
      mkdirSync(join(tree, 'opt', name), { recursive: true });
      mkdirSync(join(tree, 'etc'), { recursive: true });
      writeFileSync(join(tree, 'opt', name, `file-${arch}`), version);
      writeFileSync(join(tree, 'etc', `${name}.conf`), 'x\n');
      writeFileSync(join(tree, 'DEBIAN', 'conffiles'), `/etc/${name}.conf\n`);
      const control = `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nMaintainer: x <x@example.org>\nDescription: x\n${fields}`;
      writeFileSync(join(tree, 'DEBIAN', 'control'), control);
      const file = `${name}_${arch}.deb`;
      execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, join(workshop.root, file)], {
        env,
        stdio: 'ignore',
      });
      return `/${file}`;
    }

    /** As dpkg itself says, of packages whose files are there. */
    function listed(): string[] {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own
      const format = '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\t${db:Status-Status}\n';
      const lines = workshop.run('/usr/bin/dpkg-query', '-W', '-f', format).trimEnd().split('\n');
      const there = lines
        .map((line) => line.split('\t'))
        .filter(([, status]) => status !== 'config-files' && status !== 'not-installed');
      return there.map(([row]) => row!).sort();
    }

    test.each<[step: string, added: readonly string[], work: () => void]>([
      ['the base', [], () => {}],
      [
        'installed: an epoch, a tilde, a source of another name and version',
        ['plain', 'with-epoch', 'with-tilde', 'from-source'],
        () => {
          workshop.run(
            '/usr/bin/dpkg',
            '-i',
            deb('plain', '1.0-1'),
            deb('with-epoch', '2:1.0-1'),
            deb('with-tilde', '1.0~rc1-1'),
            deb('from-source', '1.0-1+b2', 'Source: origin (1.0-1)\n'),
          );
        },
      ],
      [
        'two architectures of one package',
        ['library'],
        () => {
          workshop.run('/usr/bin/dpkg', '--add-architecture', 'i386');
          const library = ['amd64', 'i386'].map((arch) => deb('library', '3', 'Multi-Arch: same\n', arch));
          workshop.run('/usr/bin/dpkg', '-i', ...library);
        },
      ],
      ['upgraded', ['plain'], () => void workshop.run('/usr/bin/dpkg', '-i', deb('plain', '1.1-1'))],
      ['removed, its configuration left', [], () => void workshop.run('/usr/bin/dpkg', '-r', 'with-epoch')],
      ['purged', [], () => void workshop.run('/usr/bin/dpkg', '-P', 'with-tilde')],
      [
        'installed again',
        ['with-tilde'],
        () => void workshop.run('/usr/bin/dpkg', '-i', deb('with-tilde', '1.0~rc1-1')),
      ],
      [
        'held',
        [],
        () => {
          execFileSync('chroot', [workshop.root, '/usr/bin/dpkg', '--set-selections'], { env, input: 'plain hold\n' });
        },
      ],
    ])('%s', async (_step, added, work) => {
      work();
      const layer = workshop.commit();
      const found = await workshop.inventory();
      expect(rows(found, 'deb')).toEqual(listed());
      const newest = new Set(found.filter((each) => each.layer === layer).map(({ name }) => name));
      expect([...newest].sort()).toEqual([...added].sort());
    });
  },
);

describe.skipIf(noAlpine ?? noChroot)(`what apk lists, step by step${whyNot(noAlpine, noChroot)}`, () => {
  test('after packages were removed, one after the other', async () => {
    const workshop = new Workshop(alpine!, 'alpine', ['lib/apk', 'etc/apk', 'usr', 'sbin', 'bin', 'lib']);
    const listed = () => workshop.run('/sbin/apk', 'info', '-v').trimEnd().split('\n').filter(Boolean).sort();
    const names = async () =>
      (await workshop.inventory())
        .filter(({ type }) => type === 'apk')
        .map(({ name, version }) => `${name}-${version}`)
        .sort();
    expect(await names()).toEqual(listed());
    // what nothing else needs; the second takes a package along that only it needed
    const removable = ['alpine-keys', 'alpine-baselayout'];
    for (const name of removable) {
      const before = listed().length;
      workshop.run('/sbin/apk', 'del', '--no-network', name);
      workshop.commit();
      expect(listed().length).toBeLessThan(before);
      expect(await names()).toEqual(listed());
    }
  });
});
