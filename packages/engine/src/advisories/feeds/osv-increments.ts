import { copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoryError } from '../advisory-error.ts';
import type { KeptFolder } from '../feed.ts';
import { readZip } from '../formats/zip.ts';
import { patchZip } from '../formats/zip-patch.ts';
import { inLanes } from '../in-lanes.ts';
import type { FeedSource, FetchResult, Validator } from '../sources/feed-source.ts';
import { osvHost, osvZipUrl } from './osv-zip.ts';

const maxListBytes = 256 << 20;
const maxRecordBytes = 32 << 20;
/** with more changed records than these the whole archive is asked for: it takes one request */
const defaultMaxChanges = 1000;
const lanes = 4;
const listLine = /^(\d{4}-\d{2}-\d{2}T[\d:.]{1,18}(?:Z|[+-]\d{2}:\d{2})),([A-Za-z0-9][A-Za-z0-9:._-]{0,127})$/;
const format = 'plimsoll osv archive 1';

/** What is known of a kept archive. */
interface Kept {
  readonly format: string;
  readonly origin: string;
  /** of the archive's file, so that another one is not taken for it */
  readonly size: number;
  readonly mtimeMs: number;
  /** of what was last made from it */
  readonly validator: Validator;
  /** of the list by which it was brought up to date */
  readonly list: Validator | null;
  /** when each record was modified; null: not looked at yet */
  readonly modified: Readonly<Record<string, string>> | null;
}

/**
 * A source that keeps the archives of OSV ecosystems which were downloaded. From then on it asks for `modified_id.csv`, which names
 * each record with its time, fetches the records that are newer than the kept ones, and puts them into the archive. Where the
 * list is missing, or something about it or a record does not fit, the whole archive is asked for as before.
 *
 * @see https://google.github.io/osv.dev/data/#downloading-recent-changes
 */
export function osvIncrements(
  ecosystem: string,
  source: FeedSource,
  kept: KeptFolder,
  maxChanges: number = defaultMaxChanges,
): FeedSource {
  const archive = new KeptArchive(ecosystem, source, kept, maxChanges);
  return {
    fetch: (url, known, maxBytes) =>
      url === osvZipUrl(ecosystem) ? archive.fetch(url, known, maxBytes) : source.fetch(url, known, maxBytes),
    list: (url) => source.list(url),
  };
}

class KeptArchive {
  readonly #ecosystem: string;
  readonly #source: FeedSource;
  readonly #kept: KeptFolder;
  readonly #maxChanges: number;
  readonly #zip: string;
  readonly #notes: string;

  constructor(ecosystem: string, source: FeedSource, kept: KeptFolder, maxChanges: number) {
    this.#ecosystem = ecosystem;
    this.#source = source;
    this.#kept = kept;
    this.#maxChanges = maxChanges;
    const folder = join(kept.folder, encodeURIComponent(ecosystem));
    this.#zip = join(folder, 'all.zip');
    this.#notes = join(folder, 'kept.json');
  }

  async fetch(url: string, known: Validator | null, maxBytes: number): Promise<FetchResult> {
    const kept = this.#read();
    const current = kept && (await this.#update(kept).catch(unlessAborted));
    if (current !== undefined) {
      return known !== null && JSON.stringify(known) === JSON.stringify(current)
        ? { state: 'unchanged', validator: current }
        : { state: 'file', file: { url, path: this.#zip, gzipped: false, validator: current } };
    }
    const result = await this.#source.fetch(url, known?.etag?.startsWith(format) ? null : known, maxBytes);
    if (result.state === 'file' && !result.file.gzipped && result.file.path.startsWith(this.#kept.tempDir))
      this.#keep(result.file.path, result.file.validator);
    return result;
  }

  /** What identifies the archive now; undefined: the whole of it has to be asked for. */
  async #update(kept: Kept): Promise<Validator | undefined> {
    const list = await this.#source.fetch(this.#url('modified_id.csv'), kept.list, maxListBytes);
    if (list.state === 'unchanged') return kept.validator;
    if (list.state === 'absent' || list.file.gzipped) return undefined;
    const listed = parseList(readFileSync(list.file.path, 'latin1'));
    if (listed === undefined) return undefined;
    const modified = new Map(Object.entries(kept.modified ?? (await modifiedOf(this.#zip))));
    const newer = [...listed].filter(([id, time]) => !isSince(modified.get(id), time)).map(([id]) => id);
    // a record that is no longer listed may have been removed: it is asked for, too
    const unlisted = [...modified.keys()].filter((id) => !listed.has(id));
    if (newer.length + unlisted.length > this.#maxChanges) return undefined;
    const put = new Map<string, Buffer | null>();
    let fits = true;
    await inLanes([...newer, ...unlisted], lanes, undefined, async (id) => {
      const body = await this.#record(id);
      const time = body === null ? undefined : recordTime(body, id);
      const asListed = listed.get(id);
      if (asListed === undefined ? body !== null && time === undefined : !isSince(time, asListed)) fits = false;
      else if (time !== undefined && time === modified.get(id)) return;
      else {
        put.set(`${id}.json`, body);
        if (time === undefined) modified.delete(id);
        else modified.set(id, time);
      }
    });
    if (!fits) return undefined;
    if (put.size > 0) this.#patch(put);
    const { validator } = list.file;
    const mark = put.size === 0 ? kept.validator : { etag: `${format} ${this.#identity()}`, lastModified: null };
    const usable = validator.etag !== null || validator.lastModified !== null;
    this.#write({ validator: mark, list: usable ? validator : null, modified: Object.fromEntries(modified) });
    return mark;
  }

  /** null: there is none of this id (any more). */
  async #record(id: string): Promise<Buffer | null> {
    const result = await this.#source.fetch(this.#url(`${encodeURIComponent(id)}.json`), null, maxRecordBytes);
    if (result.state !== 'file') return null;
    try {
      return readFileSync(result.file.path);
    } finally {
      rmSync(result.file.path, { force: true });
    }
  }

  /** In the order of the names, so that the same changes give the same archive. */
  #patch(put: ReadonlyMap<string, Buffer | null>): void {
    const sorted = new Map([...put].sort(([a], [b]) => (a < b ? -1 : 1)));
    const draft = `${this.#zip}.${process.pid}`;
    rmSync(draft, { force: true });
    try {
      patchZip(osvZipUrl(this.#ecosystem), this.#zip, draft, sorted);
      rmSync(this.#notes, { force: true });
      renameSync(draft, this.#zip);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  #keep(path: string, validator: Validator): void {
    try {
      mkdirSync(join(this.#zip, '..'), { recursive: true });
      rmSync(this.#notes, { force: true });
      rmSync(this.#zip, { force: true });
      try {
        linkSync(path, this.#zip);
      } catch {
        copyFileSync(path, this.#zip);
      }
      this.#write({ validator, list: null, modified: null });
    } catch {
      // without it the next update moves more bytes, and nothing else
      rmSync(this.#notes, { force: true });
    }
  }

  #read(): Kept | undefined {
    try {
      const kept = JSON.parse(readFileSync(this.#notes, 'utf8')) as Kept;
      const { size, mtimeMs } = statSync(this.#zip);
      const same = kept.size === size && kept.mtimeMs === mtimeMs;
      return kept.format === format && kept.origin === this.#kept.origin && same ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  #write(what: Pick<Kept, 'validator' | 'list' | 'modified'>): void {
    const { size, mtimeMs } = statSync(this.#zip);
    const kept: Kept = { format, origin: this.#kept.origin, size, mtimeMs, ...what };
    const draft = `${this.#notes}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(kept));
    renameSync(draft, this.#notes);
  }

  #identity(): string {
    const { ino, size, mtimeNs } = statSync(this.#zip, { bigint: true });
    return `${ino}-${size}-${mtimeNs}`;
  }

  #url(file: string): string {
    return `${osvHost}/${encodeURIComponent(this.#ecosystem)}/${file}`;
  }
}

function unlessAborted(error: unknown): undefined {
  if (error instanceof AdvisoryError && error.code !== 'aborted') return undefined;
  throw error;
}

/** Time by id; undefined: this is no such list. */
function parseList(text: string): ReadonlyMap<string, string> | undefined {
  const listed = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, time, id] = listLine.exec(line.trim()) ?? [];
    if (time === undefined || id === undefined) return undefined;
    listed.set(id, time);
  }
  return listed.size === 0 ? undefined : listed;
}

async function modifiedOf(zip: string): Promise<Record<string, string>> {
  const found: Record<string, string> = Object.create(null);
  await readZip(zip, zip, {
    wanted: (name) => name.endsWith('.json'),
    file: (name, body) => {
      const id = name.slice(0, -'.json'.length);
      // what cannot be read is asked for once more
      found[id] = recordTime(body, id) ?? '';
    },
    refused: (name) => {
      found[name.slice(0, -'.json'.length)] = '';
    },
  });
  return found;
}

/** undefined: this is no record of that id. */
function recordTime(body: Buffer, id: string): string | undefined {
  try {
    const record = JSON.parse(body.toString('utf8')) as { id?: unknown; modified?: unknown } | null;
    return record?.id === id && typeof record.modified === 'string' ? record.modified : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what is there is of the time that is listed, or a later one. Lists have whole seconds, records parts of them. */
function isSince(there: string | undefined, listed: string): boolean {
  if (there === undefined) return false;
  const second = (time: string): number => Math.floor(Date.parse(time) / 1000);
  return second(there) >= second(listed);
}
