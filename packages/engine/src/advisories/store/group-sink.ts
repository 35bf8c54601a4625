import type { DatabaseSync } from 'node:sqlite';
import type { ShardSink, Statement, WithdrawnRecord } from '../feed.ts';
import type { AdvisoryText, EolRecord, KevRecord, RatingRecord, ShardInfo } from '../types.ts';
import { mergeStatements } from './merge-statements.ts';
import { encodeStatement, withdrawnKey } from './shard-format.ts';
import { encodeRating } from './shard-rows.ts';
import { ShardWriter, type WrittenShard } from './shard-writer.ts';
import { StatementPile } from './statement-pile.ts';

/** What the catalog says of a shard but for its feeds and dates of checking. */
export type SunkShard = WrittenShard & Pick<ShardInfo, 'name' | 'kind' | 'records' | 'dataDate'>;

/** of texts, which are for reading: beyond them is no help to a reader (UTF-16 code units) */
const maxTitleChars = 1000;
const maxDescriptionChars = 64 * 1024;
const maxReferences = 200;

interface Draft {
  readonly kind: ShardInfo['kind'];
  records: number;
  dataDate: string | null;
  scheme: string;
  /** rows that need no sorting out */
  rows: ShardWriter | undefined;
  texts: ShardWriter | undefined;
  textCount: number;
}

/** Collects what an adapter reads and writes one shard, and one of texts, for each name. */
export class GroupSink implements ShardSink {
  readonly #Database: typeof DatabaseSync;
  readonly #tempDir: string;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #pile: StatementPile;
  readonly #drafts = new Map<string, Draft>();
  readonly #endOfLife = new Map<string, EolRecord[]>();

  /** @param maxHeld see `StatementPile` */
  constructor(Database: typeof DatabaseSync, tempDir: string, only: Iterable<string> | undefined, maxHeld?: number) {
    this.#pile = new StatementPile(Database, tempDir, maxHeld);
    this.#Database = Database;
    this.#tempDir = tempDir;
    this.#only = only === undefined ? undefined : new Set(only);
  }

  wants(shard: string): boolean {
    return this.#only === undefined || this.#only.has(shard);
  }

  touch(shard: string, kind: ShardInfo['kind']): void {
    if (this.wants(shard)) this.#draft(shard, kind);
  }

  statement(shard: string, statement: Statement): void {
    if (!this.wants(shard)) return;
    const draft = this.#draft(shard, 'advisories');
    draft.records += statement.ids.length;
    draft.scheme = statement.scheme;
    this.#pile.add(shard, statement.package, encodeStatement(statement));
  }

  rating(shard: string, record: RatingRecord): void {
    if (this.wants(shard)) this.#row(this.#draft(shard, 'ratings'), record.id, encodeRating(record));
  }

  kev(record: KevRecord): void {
    this.#row(this.#draft('kev', 'kev'), record.id, JSON.stringify(record));
  }

  row(shard: string, kind: ShardInfo['kind'], key: string, body: string, records: number): void {
    if (!this.wants(shard)) return;
    const draft = this.#draft(shard, kind);
    if (this.#rowsOf(draft).put(key, body)) draft.records += records;
  }

  endOfLife(record: EolRecord): void {
    const draft = this.#draft('eol', 'eol');
    draft.records++;
    const list = this.#endOfLife.get(record.distro);
    if (list === undefined) this.#endOfLife.set(record.distro, [record]);
    else list.push(record);
  }

  text(shards: Iterable<string>, text: AdvisoryText): void {
    const description = text.description?.slice(0, maxDescriptionChars) ?? null;
    const title = text.title?.slice(0, maxTitleChars) ?? null;
    const body = JSON.stringify({
      id: text.id,
      title,
      description,
      references: text.references.slice(0, maxReferences),
    });
    for (const shard of shards) {
      if (!this.wants(shard)) continue;
      const draft = this.#draft(shard, 'advisories');
      draft.texts ??= new ShardWriter(this.#Database, this.#tempDir);
      if (!draft.texts.put(text.id, body)) continue;
      draft.textCount++;
      // a report names them: whoever scans need not fetch all the texts
      if (title !== null && draft.kind === 'advisories') this.#rowsOf(draft).putTitle(text.id, title);
    }
  }

  withdrawn(shard: string, { id, names, on }: WithdrawnRecord): void {
    if (!this.wants(shard)) return;
    const rows = this.#rowsOf(this.#draft(shard, 'advisories'));
    for (const name of names) rows.putTitle(withdrawnKey(name), on === null ? id : `${id} ${on}`);
  }

  dated(shard: string, date: string | null): void {
    if (date === null || !this.wants(shard)) return;
    const draft = this.#draft(shard, 'advisories');
    if (draft.dataDate === null || date > draft.dataDate) draft.dataDate = date;
  }

  /** Writes every shard, sorted by name. */
  finish(dbDir: string): SunkShard[] {
    const out: SunkShard[] = [];
    for (const [name, draft] of [...this.#drafts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { kind, records, dataDate } = draft;
      const rows = this.#rowsOf(draft);
      this.#fill(name, rows, draft);
      out.push({ name, kind, records, dataDate, ...rows.finish(dbDir, { name, kind, scheme: draft.scheme }) });
      if (draft.texts === undefined) continue;
      const texts = `${name}-texts`;
      const written = draft.texts.finish(dbDir, { name: texts, kind: 'texts', scheme: '' });
      out.push({ name: texts, kind: 'texts', records: draft.textCount, dataDate, ...written });
    }
    return out;
  }

  /** Leaves nothing behind. */
  discard(): void {
    this.#pile.discard();
    for (const draft of this.#drafts.values()) {
      draft.rows?.discard();
      draft.texts?.discard();
    }
  }

  #fill(name: string, rows: ShardWriter, draft: Draft): void {
    for (const [key, list] of this.#pile.take(name)) rows.put(key, mergeStatements(list));
    if (draft.kind !== 'eol') return;
    for (const [distro, records] of this.#endOfLife) {
      rows.put(distro, JSON.stringify(records.toSorted((a, b) => (a.cycle < b.cycle ? -1 : 1))));
    }
  }

  #row(draft: Draft, key: string, body: string): void {
    if (this.#rowsOf(draft).put(key, body)) draft.records++;
  }

  #rowsOf(draft: Draft): ShardWriter {
    draft.rows ??= new ShardWriter(this.#Database, this.#tempDir);
    return draft.rows;
  }

  #draft(name: string, kind: ShardInfo['kind']): Draft {
    let draft = this.#drafts.get(name);
    if (draft === undefined) {
      draft = {
        kind,
        records: 0,
        dataDate: null,
        scheme: '',
        rows: undefined,
        texts: undefined,
        textCount: 0,
      };
      this.#drafts.set(name, draft);
    }
    return draft;
  }
}
