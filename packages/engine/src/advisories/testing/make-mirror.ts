import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { osvZipUrl } from '../feeds/osv-zip.ts';
import { mirrorPath } from '../sources/feed-source.ts';
import { makeZip } from './make-zip.ts';

export type FeedBody = Buffer | string | object;

/** Puts feed files, by upstream URL, into a mirror directory; objects become JSON. */
export function fillMirror(directory: string, files: Readonly<Record<string, FeedBody>>): void {
  for (const [url, body] of Object.entries(files)) {
    const path = join(directory, decodeURIComponent(mirrorPath(url)));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }
}

/** An OSV archive with these records. */
export function osvZip(records: readonly { readonly id: string }[]): Buffer {
  return makeZip(records.map((record) => ({ name: `${record.id}.json`, body: JSON.stringify(record) })));
}

/** A mirror's files with OSV archives by ecosystem. */
export function osvFiles(
  ecosystems: Readonly<Record<string, readonly { readonly id: string }[]>>,
): Record<string, FeedBody> {
  const files: Record<string, FeedBody> = {
    'https://osv-vulnerabilities.storage.googleapis.com/ecosystems.txt': `${Object.keys(ecosystems).join('\n')}\n`,
  };
  for (const [name, records] of Object.entries(ecosystems)) files[osvZipUrl(name)] = osvZip(records);
  return files;
}

/** A new directory, removed when `using` ends. */
export function tempDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-advisories-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
