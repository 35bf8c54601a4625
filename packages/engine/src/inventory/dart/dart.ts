import { type CatalogContext, type Cataloger, type Catalogued, parsed } from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { listedIn, type PackageList } from '../listed-in.ts';
import { isCachedPubspec, parsePubspec } from './pubspec.ts';
import { parsePubspecLock } from './pubspec-lock.ts';

const lockName = 'pubspec.lock';

/**
 * Dart packages: those in pub's cache, and from lock files what is not there, as in an image with only a compiled program.
 *
 * @see https://dart.dev/tools/pub/cmd/pub-cache
 */
export const dart: Cataloger<PackageList> = {
  name: 'dart',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ name: 'pubspec.yaml', inside: 'hosted', accepts: isCachedPubspec }, { name: lockName }],
  parse: (path, body) => (baseName(path) === lockName ? parsePubspecLock(body) : parsed([parsePubspec(path, body)])),
  assemble,
};

function assemble(context: CatalogContext<PackageList>): Catalogued {
  const cached = context.files.filter(({ path }) => baseName(path) !== lockName);
  const installed = new Set(cached.flatMap(({ facts }) => facts.map(({ purl }) => purl)));
  const packages = listedIn(context, (facts, path) =>
    baseName(path) === lockName ? facts.filter(({ purl }) => !installed.has(purl)) : facts,
  );
  return { packages };
}
