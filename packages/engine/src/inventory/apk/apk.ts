import type { CatalogContext, Cataloger, Catalogued, ParsedFile, ProofFilter, Unlisted } from '../cataloger.ts';
import { droppedPackages, sameBuild } from '../dropped-packages.ts';
import { introductions } from '../introduction.ts';
import { keyOf, nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Package } from '../types.ts';
import { type ApkPackage, parseApkInstalled } from './apk-installed.ts';

export interface ApkFacts {
  readonly packages: readonly ApkPackage[];
}

const database = 'apk';

/** Packages of Alpine, Wolfi and other users of apk. */
export const apk: Cataloger<ApkFacts> = {
  name: 'apk',
  version: 4,
  finds: 'distro',
  maxBytes: 64 * 1024 * 1024,
  reads: [
    { path: 'lib/apk/db/installed', database },
    { path: 'usr/lib/apk/db/installed', database },
  ],
  parse: parseApkFile,
  names: ({ packages }) => packages.map(({ name }) => name),
  assemble,
};

function parseApkFile(_path: string, body: Buffer, proofs: ProofFilter): ParsedFile<ApkFacts> {
  const { packages, damage } = parseApkInstalled(body.toString('utf8'), proofs);
  return {
    facts: packages.length > 0 ? { packages } : null,
    damage:
      damage === null ? null : { code: 'package-database-damaged', message: `the apk database is damaged: ${damage}` },
  };
}

function assemble(context: CatalogContext<ApkFacts>): Catalogued {
  const since = introductions(
    context.history(() => true),
    ({ packages }) => packages.map(keyOf),
  );
  const packages = new Map<string, Package>();
  const owned = new OwnedPaths(context.view);
  for (const file of context.files) {
    for (const found of file.facts.packages) {
      const key = keyOf(found);
      if (packages.has(key)) continue;
      const layer = since.get(key) ?? file.layer;
      packages.set(key, {
        type: 'apk',
        name: found.name,
        version: found.version,
        purl: nativePurl('apk', found, context.distro, 'alpine'),
        arch: found.arch,
        source: { name: found.origin, version: found.version },
        licenses: found.license === null ? [] : [found.license],
        locations: [{ path: `/${file.path}`, layer: context.layerId(layer) }],
        ownedBy: null,
      });
      for (const { path, digest } of found.proofs) {
        owned.add(path, { name: found.name, algorithm: 'sha1', digest, since: layer });
      }
    }
  }
  const code = context.files.flatMap(({ facts }) =>
    facts.packages.flatMap(({ name, dataOnly }) =>
      dataOnly ? [{ kind: 'data-only', type: 'apk', name } as const] : [],
    ),
  );
  return { packages: [...packages.values()], owners: owned.owners, unlisted: unlistedOf(context), code };
}

function unlistedOf(context: CatalogContext<ApkFacts>): readonly Unlisted[] {
  const dropped = droppedPackages(
    context.history(() => true),
    ({ packages }) => packages,
    keyOf,
  );
  return dropped.map(({ layer, path, before, now }) => ({
    layer,
    path,
    name: before.name,
    version: before.version,
    now: now?.version ?? null,
    files: before.proofs,
    mayBeEdit: now === null || sameBuild([before.checksum, before.proofs], [now.checksum, now.proofs]),
  }));
}
