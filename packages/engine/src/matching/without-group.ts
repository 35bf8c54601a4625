import type { Incomplete, Package } from '../inventory/types.ts';
import { compareText } from './vulnerability-group.ts';

/** Maven's packages are `group:artifact`; the name of one whose group nothing tells is the artifact alone. */
export function lacksGroup(shard: string, name: string): boolean {
  return shard === 'maven' && !name.includes(':');
}

/** The artifact of `group:artifact`. */
export function artifactOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
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
export function withoutGroupEntry(pkg: Package, namesakes: readonly Namesake[]): Incomplete | undefined {
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
    message: `${pkg.type} package ${pkg.name} ${pkg.version} names no group and was not judged: ${told.slice(0, maxNames).join('; ')}${rest}`,
    ...(location && { path: location.path }),
    ...(location?.layer && { layer: location.layer }),
  };
}
