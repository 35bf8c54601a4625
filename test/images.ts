import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';

export const osRelease: FixtureEntry = {
  path: 'etc/os-release',
  content: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
};

export const alpineRelease: FixtureEntry = { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.19.1\n' };

/** A dpkg database of these packages; `name: version`. */
export function dpkgStatus(packages: Readonly<Record<string, string>>): FixtureEntry {
  const stanzas = Object.entries(packages).map(
    ([name, version]) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: x\nVersion: ${version}\nDescription: x\n`,
  );
  return { path: 'var/lib/dpkg/status', content: stanzas.join('\n') };
}

/** An apk database of these packages; `name: version`. */
export function apkInstalled(packages: Readonly<Record<string, string>>): FixtureEntry {
  const stanzas = Object.entries(packages).map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\n\n`);
  return { path: 'lib/apk/db/installed', content: stanzas.join('') };
}

/** Layers of Debian 12 with nothing that any rule of the pack `default` minds. */
export const cleanLayers: readonly (readonly FixtureEntry[])[] = [[osRelease, dpkgStatus({ bash: '5.2.15-2' })]];

/** One of Debian 12 with a fixable High, known for a time that nobody states: the pack `default` denies it. */
export const vulnerableLayers: readonly (readonly FixtureEntry[])[] = [
  [osRelease, dpkgStatus({ bash: '5.2.15-2', openssl: '3.0.11-1~deb12u2' })],
];

/** Writes a docker-archive of these layers, run by an unprivileged user; @returns its path */
export function writeImage(
  directory: string,
  name: string,
  layers: readonly (readonly FixtureEntry[] | Buffer)[],
): string {
  const path = join(directory, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.tar`);
  writeFileSync(path, dockerArchive(fixtureImage({ layers, config: { User: 'app' } })));
  return path;
}
