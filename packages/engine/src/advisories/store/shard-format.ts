import type { Statement } from '../feed.ts';
import { type AdvisoryStatus, type CvssRating, type LabelRating, severities, type VersionRange } from '../types.ts';

/** Raised when the layout or the meaning of shards changes: older shards are then built again. */
export const shardFormat = 3;

/** Tables of a shard; every one is keyed by what it is asked for. Bodies are compact JSON, titles plain text by record id. */
export const shardSchema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE body (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE title (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Key among the titles under which stands which record of a name was withdrawn, and when. */
export function withdrawnKey(name: string): string {
  return `withdrawn ${name}`;
}

type Short<T> = T | undefined;

/** A statement as a shard stores it: short names, defaults left out. */
interface StoredStatement {
  /** ids: one alone or several */
  readonly i: string | readonly string[];
  readonly s?: Short<string>;
  readonly a?: Short<readonly string[]>;
  readonly b?: Short<readonly string[]>;
  /** the common case of one range: everything before this version */
  readonly f?: Short<string>;
  readonly r?: Short<readonly (readonly [string | null, (string | null)?, (string | null)?])[]>;
  readonly n?: Short<readonly string[]>;
  readonly t?: Short<AdvisoryStatus>;
  readonly l?: Short<readonly StoredLabel[]>;
  readonly c?: Short<readonly StoredCvss[]>;
  readonly p?: Short<string>;
  readonly m?: Short<string>;
  readonly d?: Short<string>;
  readonly k?: Short<string>;
  readonly x?: Short<1>;
  readonly w?: Short<readonly string[]>;
  readonly o?: Short<string>;
  readonly h?: Short<readonly string[]>;
  readonly g?: Short<readonly (readonly [path: string, ...symbols: string[]])[]>;
}

type StoredLabel = readonly [source: string, level: number];
type StoredCvss = readonly [source: string, version: string, vector: string, score?: number];

const defaultSource = 'osv';

export function encodeStatement(statement: Statement): string {
  const only = statement.ranges.length === 1 ? statement.ranges[0]! : undefined;
  const simple = only !== undefined && only.introduced === null && only.lastAffected === null && only.fixed !== null;
  const stored: StoredStatement = {
    i: statement.ids.length === 1 ? statement.ids[0]! : statement.ids,
    s: statement.source === defaultSource ? undefined : statement.source,
    a: some(statement.aliases),
    b: some(statement.bulletins),
    f: simple ? only.fixed! : undefined,
    r: simple ? undefined : some(statement.ranges.map(encodeRange)),
    n: some(statement.versions),
    t: statement.status === 'affected' ? undefined : statement.status,
    l: some(encodeLabels(statement.labels)),
    c: some(encodeCvss(statement.cvss)),
    p: statement.published ?? undefined,
    m: statement.modified ?? undefined,
    d: statement.fixedSince ?? undefined,
    k: statement.channel,
    x: statement.malicious ? 1 : undefined,
    w: some(statement.cwes),
    o: statement.module,
    h: some(statement.arches ?? []),
    g: some((statement.imports ?? []).map(({ path, symbols }) => [path, ...symbols])),
  };
  return JSON.stringify(stored);
}

/** shared by all statements that have none */
const none: readonly never[] = [];

/** What is said of one package, as `body` holds it. */
export function decodeStatements(name: string, scheme: string, json: string): Statement[] {
  return (JSON.parse(json) as StoredStatement[]).map((stored) => decodeStatement(name, scheme, stored));
}

function decodeStatement(name: string, scheme: string, stored: StoredStatement): Statement {
  const statement: Writable<Statement> = {
    ids: typeof stored.i === 'string' ? [stored.i] : stored.i,
    source: stored.s ?? defaultSource,
    aliases: stored.a ?? none,
    bulletins: stored.b ?? none,
    package: name,
    scheme,
    ranges: decodeRanges(stored),
    versions: stored.n ?? none,
    status: stored.t ?? 'affected',
    labels: stored.l === undefined ? none : decodeLabels(stored.l),
    cvss: stored.c === undefined ? none : decodeCvss(stored.c),
    published: stored.p ?? null,
    modified: stored.m ?? null,
    fixedSince: stored.d ?? null,
    malicious: stored.x === 1,
    cwes: stored.w ?? none,
  };
  if (stored.k !== undefined) statement.channel = stored.k;
  if (stored.o !== undefined) statement.module = stored.o;
  if (stored.h !== undefined) statement.arches = stored.h;
  if (stored.g !== undefined) statement.imports = stored.g.map(([path, ...symbols]) => ({ path, symbols }));
  return statement;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function encodeRange({
  introduced,
  fixed,
  lastAffected,
}: VersionRange): [string | null, (string | null)?, (string | null)?] {
  if (lastAffected !== null) return [introduced, fixed, lastAffected];
  return fixed === null ? [introduced] : [introduced, fixed];
}

function decodeRanges({ f, r }: StoredStatement): readonly VersionRange[] {
  if (f !== undefined) return [{ introduced: null, fixed: f, lastAffected: null }];
  return r === undefined
    ? none
    : r.map(([introduced, fixed, lastAffected]) => ({
        introduced,
        fixed: fixed ?? null,
        lastAffected: lastAffected ?? null,
      }));
}

export function encodeLabels(labels: readonly LabelRating[]): StoredLabel[] {
  return labels.map(({ source, severity }) => [source, severities.indexOf(severity)]);
}

export function decodeLabels(stored: readonly StoredLabel[] | undefined): LabelRating[] {
  return (stored ?? []).map(([source, level]) => ({ source, severity: severities[level] ?? 'Unknown' }));
}

export function encodeCvss(ratings: readonly CvssRating[]): StoredCvss[] {
  return ratings.map(({ source, version, vector, score }) =>
    score === null ? [source, version, vector] : [source, version, vector, score],
  );
}

export function decodeCvss(stored: readonly StoredCvss[] | undefined): CvssRating[] {
  return (stored ?? []).map(([source, version, vector, score]) => ({ source, version, vector, score: score ?? null }));
}
