import { type Statement, sortedSet } from '../feed.ts';
import type { Compare } from './osv-ranges.ts';
import type { ShardStatement } from './osv-statements.ts';

/**
 * What bulletins (DSA, USN …) say, per release, package and vulnerability, until the distro's own statement on it comes
 * by. They name a fix and since when there is one; they decide only where the distro is otherwise silent.
 */
export class BulletinBoard {
  readonly #said = new Map<string, ShardStatement[]>();
  readonly #heard = new Set<string>();

  /** One bulletin's word on one vulnerability. */
  add(shard: string, statement: Statement, cve: string): void {
    const key = keyOf(shard, statement, cve);
    const aliases = statement.aliases.filter((alias) => alias !== cve);
    const entry = { shard, statement: { ...statement, ids: [cve], aliases } };
    const others = this.#said.get(key);
    if (others === undefined) this.#said.set(key, [entry]);
    else others.push(entry);
  }

  /** The distro's statement, with the bulletins that name it and the day of the one that brought its fix. */
  attach(shard: string, statement: Statement, cve: string): Statement {
    const key = keyOf(shard, statement, cve);
    const entries = this.#said.get(key);
    if (entries === undefined) return statement;
    this.#heard.add(key);
    const fixed = statement.ranges[0]?.fixed ?? null;
    return {
      ...statement,
      bulletins: sortedSet([...statement.bulletins, ...bulletinsOf(entries)]),
      fixedSince: fixed === null ? null : sinceOf(fixed, entries),
    };
  }

  /** What only bulletins speak about. */
  *rest(compare: Compare | null): Generator<ShardStatement> {
    for (const [key, entries] of this.#said) {
      if (!this.#heard.has(key)) yield { shard: entries[0]!.shard, statement: fromBulletins(entries, compare) };
    }
  }
}

function keyOf(shard: string, { package: name, channel = '' }: Statement, id: string): string {
  return `${shard}\0${name}\0${channel}\0${id}`;
}

/** The highest version that a bulletin calls fixed, as Debian's tracker merges them. */
function fromBulletins(entries: readonly ShardStatement[], compare: Compare | null): Statement {
  const ordered = entries.toSorted((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
  let best = ordered[0]!;
  for (const entry of ordered.slice(1)) {
    const left = best.statement.ranges[0]?.fixed ?? null;
    const right = entry.statement.ranges[0]?.fixed ?? null;
    // without a comparator the latest bulletin has the last word
    if (left === null || (right !== null && (compare?.(right, left) ?? 1) > 0)) best = entry;
  }
  const fixed = best.statement.ranges[0]?.fixed ?? null;
  return {
    ...best.statement,
    bulletins: bulletinsOf(entries),
    // a bulletin's own dates are not those of the vulnerability
    published: null,
    modified: null,
    fixedSince: fixed === null ? null : sinceOf(fixed, entries),
  };
}

function orderKey({ statement }: ShardStatement): string {
  return `${statement.published ?? ''}\0${statement.bulletins[0] ?? ''}`;
}

function bulletinsOf(entries: readonly ShardStatement[]): string[] {
  return sortedSet(entries.flatMap(({ statement }) => statement.bulletins));
}

/** Day of the first bulletin that names this fix, else of the first one at all. */
function sinceOf(fixed: string, entries: readonly ShardStatement[]): string | null {
  const days = (list: readonly ShardStatement[]): string[] =>
    list.flatMap(({ statement }) => statement.fixedSince ?? []).sort();
  const same = days(entries.filter(({ statement }) => statement.ranges.some((range) => range.fixed === fixed)));
  return same[0] ?? days(entries)[0] ?? null;
}
