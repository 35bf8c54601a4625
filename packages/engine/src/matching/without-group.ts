import type { Incomplete, Package } from '../inventory/types.ts';
import { compareText } from './vulnerability-group.ts';

/** How the names of a shard say whose a package is: `org.example:tool`, `monolog/monolog`, `github.com/apple/swift-nio`. */
interface QualifiedNames {
  readonly separator: string;
  /** what stands before the last separator */
  readonly qualifier: string;
}

/**
 * Shards in which every name is qualified, so that one which is not has lost it. Not npm, whose packages may be without a scope, nor
 * Go, whose modules are called anything as long as nobody else fetches them.
 */
const qualifiedNames: Readonly<Record<string, QualifiedNames>> = {
  maven: { separator: ':', qualifier: 'group' },
  packagist: { separator: '/', qualifier: 'vendor' },
  swifturl: { separator: '/', qualifier: 'repository' },
};

function namesOf(shard: string): QualifiedNames | undefined {
  return Object.hasOwn(qualifiedNames, shard) ? qualifiedNames[shard] : undefined;
}

/** `group`, `vendor`: what the name of a package lacks by which it would be found; undefined: nothing. */
export function lackingQualifier(shard: string, name: string): string | undefined {
  const names = namesOf(shard);
  return names === undefined || name.includes(names.separator) ? undefined : names.qualifier;
}

/** What stands between a qualifier and the name, in shards of which `lackingQualifier` says something. */
export function separatorOf(shard: string): string {
  return namesOf(shard)?.separator ?? '';
}

/** The artifact of `group:artifact`. */
export function artifactOf(shard: string, name: string): string {
  const names = namesOf(shard);
  return names === undefined ? name : name.slice(name.lastIndexOf(names.separator) + 1);
}

/** What an artifact would be called, and which vulnerabilities it would have then. */
export interface Namesake {
  readonly name: string;
  readonly affected: readonly string[];
  /** those of which a version cannot be read */
  readonly undetermined: readonly string[];
}

const maxNames = 3;
/** Most ids that one entry names for a reason. */
const maxNamedIds = 5;

/** Up to five ids, and how many more there are. */
export function namedIds(ids: readonly string[]): string {
  const named = ids.toSorted(compareText).slice(0, maxNamedIds).join(', ');
  return ids.length > maxNamedIds ? `${named} and ${ids.length - maxNamedIds} more` : named;
}

/** An entry about a package that would be affected if it were one of its namesakes; undefined: none of them says so. */
export function withoutGroupEntry(
  pkg: Package,
  qualifier: string,
  namesakes: readonly Namesake[],
): Incomplete | undefined {
  const told = namesakes
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap(({ name, affected, undetermined }) => {
      const parts = [
        ...(affected.length > 0 ? [`it would be affected by ${namedIds(affected)}`] : []),
        ...(undetermined.length > 0 ? [`its version could not be compared for ${namedIds(undetermined)}`] : []),
      ];
      return parts.length > 0 ? [`as ${name} ${parts.join(', and ')}`] : [];
    });
  if (told.length === 0) return undefined;
  const rest = told.length > maxNames ? `; and ${told.length - maxNames} more` : '';
  const [location] = pkg.locations;
  return {
    code: 'not-comparable',
    message: `${pkg.type} package ${pkg.name} ${pkg.version} names no ${qualifier} and was not judged: ${told.slice(0, maxNames).join('; ')}${rest}`,
    ...(location && { path: location.path }),
    ...(location?.layer && { layer: location.layer }),
  };
}
