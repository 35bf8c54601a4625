/** What a component of an SBOM is for the inventory, whatever format says it. */
export type ComponentKind =
  /** must have a package URL, or it cannot be judged */
  | 'package'
  /** the distro */
  | 'system'
  /** a file, a lock file, an image: a package only where it has a package URL */
  | 'other';

/** One component as the document states it, in one shape for all formats. Every text is as it stands there. */
export interface StatedComponent {
  readonly kind: ComponentKind;
  /** what the document itself calls it; null where it has no reference */
  readonly ref: string | null;
  readonly group: string | null;
  readonly name: string | null;
  readonly version: string | null;
  readonly purl: string | null;
  /** who made or supplies it */
  readonly maker: string | null;
  /** text for people */
  readonly description: string | null;
  readonly licenses: readonly string[];
  /** files that prove it, as the format's own fields say */
  readonly paths: readonly string[];
  /** names of the packages that were built from it, as cdxgen states them; empty: not told of which; null: it is no source */
  readonly builds: readonly string[] | null;
  /** by name, in the order of the document */
  readonly properties: ReadonlyMap<string, readonly string[]>;
}

/** The first value of a property. */
export function propertyOf({ properties }: StatedComponent, name: string): string | null {
  return properties.get(name)?.[0] ?? null;
}
