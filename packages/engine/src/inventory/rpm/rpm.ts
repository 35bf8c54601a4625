import type {
  CatalogContext,
  Cataloger,
  Catalogued,
  LiveFile,
  ParsedFile,
  ProofFilter,
  Unlisted,
} from '../cataloger.ts';
import { droppedPackages, sameBuild } from '../dropped-packages.ts';
import { baseName } from '../file-pattern.ts';
import { introductions } from '../introduction.ts';
import { nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Package } from '../types.ts';
import { readRpmDatabase } from './rpm-database.ts';
import { parseManifest1, parseManifest2 } from './rpm-manifest.ts';
import type { RpmPackage } from './rpm-package.ts';
import { hasCommits } from './write-ahead-log.ts';

export interface RpmFacts {
  readonly packages: readonly RpmPackage[];
}

const directories = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];
/** What rpm has written over the years, the latest first. */
const names = ['rpmdb.sqlite', 'Packages.db', 'Packages'];
const manifests = ['var/lib/rpmmanifest/container-manifest-2', 'var/lib/rpmmanifest/container-manifest-1'];
/** SQLite's write-ahead log; empty unless rpm was killed. */
const log = 'rpmdb.sqlite-wal';
const database = 'rpm database';

/** Packages of Red Hat, SUSE, Amazon, Azure Linux and all other users of rpm. */
export const rpm: Cataloger<RpmFacts> = {
  name: 'rpm',
  version: 4,
  finds: 'distro',
  // the database of a full desktop has 200 MB
  maxBytes: 256 * 1024 * 1024,
  reads: [
    ...directories.flatMap((directory) => names.map((name) => ({ path: `${directory}/${name}`, database }))),
    ...manifests.map((path) => ({ path, database })),
    ...directories.map((directory) => ({ path: `${directory}/${log}` })),
  ],
  parse: parseRpmFile,
  names: ({ packages }) => packages.map(({ name }) => name),
  assemble,
};

function parseRpmFile(path: string, body: Buffer, proofs: ProofFilter): ParsedFile<RpmFacts> {
  const { packages, damage } =
    baseName(path) === log
      ? readLog(body)
      : isManifest(path)
        ? readManifest(path, body)
        : readRpmDatabase(body, proofs);
  return {
    facts: packages.length > 0 ? { packages } : null,
    damage:
      damage === null ? null : { code: 'package-database-damaged', message: `the rpm database is damaged: ${damage}` },
  };
}

function isManifest(path: string): boolean {
  return baseName(path).startsWith('container-manifest-');
}

/** What is only in the log is not in the database file, and rpm would merge it when it is next run. */
function readLog(body: Buffer): ReturnType<typeof readRpmDatabase> {
  return { packages: [], damage: hasCommits(body) ? 'its last changes are in a log that rpm has not merged' : null };
}

function readManifest(path: string, body: Buffer): ReturnType<typeof readRpmDatabase> {
  let damage: string | null = null;
  const parse = path.endsWith('2') ? parseManifest2 : parseManifest1;
  const packages = parse(body.toString('utf8'), (what) => {
    damage ??= what;
  });
  return { packages, damage };
}

function assemble(context: CatalogContext<RpmFacts>): Catalogued {
  const since = introductions(
    context.history((pattern) => pattern.database !== undefined),
    ({ packages }) => packages.map(keyOf),
  );
  const packages = new Map<string, Package>();
  const owned = new OwnedPaths(context.view);
  for (const file of authoritative(context.files)) {
    for (const found of file.facts.packages) {
      const key = keyOf(found);
      if (packages.has(key)) continue;
      const layer = since.get(key) ?? file.layer;
      packages.set(key, {
        type: 'rpm',
        name: found.name,
        version: evr(found),
        purl: rpmPurl(found, context),
        arch: found.arch,
        // nobody else calls it anything: it is its own source
        source: found.source ?? { name: found.name, version: found.version },
        licenses: found.license === null ? [] : [found.license],
        locations: [{ path: `/${file.path}`, layer: context.layerId(layer) }],
        ownedBy: null,
        modularity: found.modularity,
        vendor: found.vendor,
      });
      for (const { path, digest } of found.proofs) {
        owned.add(path, {
          name: found.name,
          algorithm: found.algorithm ?? 'md5',
          digest: found.algorithm === null ? null : digest,
          since: layer,
        });
      }
    }
  }
  const unlisted = [...unlistedOf(context), ...unlistedByConversion(context.files)];
  const code = authoritative(context.files).flatMap(({ facts }) =>
    facts.packages.flatMap(({ name, dataOnly }) =>
      dataOnly ? [{ kind: 'data-only', type: 'rpm', name } as const] : [],
    ),
  );
  return { packages: [...packages.values()], owners: owned.owners, unlisted, code };
}

/** Lists made for want of a database are written by who builds the image, and are no evidence. */
function unlistedOf(context: CatalogContext<RpmFacts>): readonly Unlisted[] {
  const dropped = droppedPackages(
    context.history(({ path = '', database: of }) => of !== undefined && !isManifest(path)),
    ({ packages }) => packages,
    keyOf,
  );
  return dropped.map(({ layer, path, before, now }) => ({
    layer,
    path,
    name: before.name,
    version: evr(before),
    now: now === null ? null : evr(now),
    files: before.proofs,
    mayBeEdit: now === null || sameBuild([before.headerDigest, before.proofs], [now.headerDigest, now.proofs]),
  }));
}

/** A list that was made for want of a database says less than one, and nobody keeps it up to date beside one. */
function authoritative(files: readonly LiveFile<RpmFacts>[]): readonly LiveFile<RpmFacts>[] {
  const databases = files.filter(({ as }) => !isManifest(as));
  if (databases.length > 0) return databases.filter((file) => conversionOf(file, files) === undefined);
  return [manifests[0], manifests[1]].flatMap((path) => files.find(({ as }) => as === path) ?? []).slice(0, 1);
}

/**
 * The database that a conversion to a later format made of this one, which was left beside it: it has all of its
 * packages, in whichever version. One that misses some hides nothing.
 */
function conversionOf(file: LiveFile<RpmFacts>, files: readonly LiveFile<RpmFacts>[]): LiveFile<RpmFacts> | undefined {
  const folder = file.path.slice(0, -baseName(file.path).length);
  return files.find((other) => {
    const age = names.indexOf(baseName(other.path));
    if (other.path !== `${folder}${names[age]}` || age >= names.indexOf(baseName(file.path))) return false;
    if (other.layer < file.layer) return false;
    const known = new Set(other.facts.packages.map(nameOf));
    return file.facts.packages.every((found) => known.has(nameOf(found)));
  });
}

/** What the converted database has in another version: by its files that may be an edit. */
function unlistedByConversion(files: readonly LiveFile<RpmFacts>[]): readonly Unlisted[] {
  return files.flatMap((file) => {
    const other = conversionOf(file, files);
    if (other === undefined) return [];
    const keys = new Set(other.facts.packages.map(keyOf));
    const byName = new Map(other.facts.packages.map((found) => [nameOf(found), found]));
    return file.facts.packages
      .filter((found) => !keys.has(keyOf(found)))
      .map((before): Unlisted => {
        const now = byName.get(nameOf(before))!;
        return {
          layer: other.layer,
          path: file.path,
          name: before.name,
          version: evr(before),
          now: evr(now),
          files: before.proofs,
          mayBeEdit: sameBuild([before.headerDigest, before.proofs], [now.headerDigest, now.proofs]),
        };
      });
  });
}

function nameOf({ name, arch }: RpmPackage): string {
  return `${name} ${arch ?? ''}`;
}

function keyOf(found: RpmPackage): string {
  return `${found.name} ${evr(found)} ${found.arch ?? ''}`;
}

function evr({ epoch, version }: RpmPackage): string {
  return epoch === null ? version : `${epoch}:${version}`;
}

function rpmPurl(found: RpmPackage, { distro }: CatalogContext<RpmFacts>): string {
  const epoch = found.epoch === null ? null : String(found.epoch);
  return nativePurl('rpm', found, distro, null, { epoch, rpmmod: found.modularity });
}
