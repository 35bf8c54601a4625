import type { CatalogContext, Cataloger, Catalogued, ReadPattern, Sighting } from '../cataloger.ts';
import { parsed } from '../cataloger.ts';
import type { Incomplete } from '../types.ts';
import { type UnreadKind, unreadApplications, unreadDatabases } from './unread-kinds.ts';

interface Row {
  readonly kind: UnreadKind;
  readonly database: boolean;
  readonly reads: readonly ReadPattern[];
}

const rows: readonly Row[] = [
  ...unreadDatabases.map((kind) => row(kind, true)),
  ...unreadApplications.map((kind) => row(kind, false)),
];

function row(kind: UnreadKind, database: boolean): Row {
  const group = database ? { database: `${kind.title} database` } : {};
  return { kind, database, reads: kind.patterns.map((pattern) => ({ ...pattern, ...group, presence: true })) };
}

/**
 * Says what is there and cannot be read yet: a scanner that passes over a database in silence calls an image clean that
 * it has not seen. One entry for every kind, however many files it has.
 */
export const unread: Cataloger<never> = {
  name: 'unread',
  version: 2,
  finds: 'nothing',
  maxBytes: 0,
  reads: rows.flatMap(({ reads }) => reads),
  parse: () => parsed<never>(null),
  assemble(context: CatalogContext<never>): Catalogued {
    const seen = new Map<ReadPattern, Sighting[]>();
    for (const sighting of context.present) {
      const list = seen.get(sighting.pattern);
      if (list === undefined) seen.set(sighting.pattern, [sighting]);
      else list.push(sighting);
    }
    return { packages: [], incomplete: rows.flatMap((each) => entryOf(each, seen, context)) };
  },
};

function entryOf(
  { kind, database, reads }: Row,
  seen: ReadonlyMap<ReadPattern, readonly Sighting[]>,
  context: CatalogContext<never>,
): readonly Incomplete[] {
  const found = reads
    .flatMap((pattern) => seen.get(pattern) ?? [])
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const [first] = found;
  if (first === undefined) return [];
  const layer = context.layerId(first.layer);
  const place = { path: `/${first.path}`, ...(layer === null ? {} : { layer }) };
  if (database) {
    const message = `the ${kind.title} package database cannot be read yet: its packages are not listed`;
    return [{ code: 'package-database-unread', message, ...place }];
  }
  const count = `${found.length} ${found.length === 1 ? 'file' : 'files'}`;
  return [
    {
      code: 'application-unread',
      message: `${kind.title}: ${count} cannot be read yet, so what is inside is not listed`,
      ...place,
    },
  ];
}
