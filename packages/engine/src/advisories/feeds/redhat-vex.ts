import * as z from 'zod/mini';
import { type Discovery, dayOf, type Feed, type FeedGroup, type FeedInput, type ReadContext, reject } from '../feed.ts';
import { newerSchema } from '../formats/json-record.ts';
import { readTar, tarLimits } from '../formats/tar.ts';
import { zstdContent } from '../formats/zstd.ts';
import { schemeCompare } from './compare.ts';
import type { Compare } from './osv-ranges.ts';
import { schemaReason } from './osv-zip.ts';
import { productTree, redHatComponents } from './redhat-products.ts';
import { redHatStatements, redHatVulnerability } from './redhat-statements.ts';

const base = 'https://security.access.redhat.com/data/csaf/v2/vex';
const licenses = ['Red Hat security data (CSAF VEX), CC-BY-4.0'];
const maxArchiveBytes = 4 * 2 ** 30;
const maxListBytes = 64 << 20;
/** the largest documents name every build of every product */
const maxDocumentBytes = 96 << 20;
const maxUnpackedBytes = 256 * 2 ** 30;
/** asked for one by one; what changed before them is in the next archive */
const maxChanged = 500;

const csafMajor = 2;

const csaf = z.object({
  document: z.object({
    csaf_version: z.optional(z.string()),
    tracking: z.optional(z.object({ current_release_date: z.optional(z.string()) })),
  }),
  product_tree: productTree,
  vulnerabilities: z.optional(z.array(z.unknown())),
});

/**
 * Red Hat's own statements on each CVE: fixed, affected (with why there is no fix), not affected, under investigation.
 * @see https://security.access.redhat.com/data/csaf/v2/vex/
 */
export const redHatFeed: Feed = {
  name: 'redhat-vex',
  about: {
    title: 'Red Hat CSAF VEX',
    gives:
      'the state of each CVE in each package of the main stream of RHEL (fixed, will not fix, deferred, out of support, under investigation, not affected), by module stream and architecture',
    urls: [
      `${base}/archive_latest.txt`,
      `${base}/csaf_vex_DATE.tar.zst`,
      `${base}/changes.csv`,
      `${base}/deletions.csv`,
      `${base}/YEAR/cve-ID.json`,
    ],
    licenses,
    shards: ['rhel-RELEASE'],
    incremental: `the newest archive, and of the documents that changed since each by itself (the latest ${maxChanged})`,
    provenOn: 'real data',
  },
  groups: async (discovery) => {
    if (discovery.only !== undefined && !discovery.only.some(isRhel)) return [];
    return [redHatGroup(await newestArchive(discovery), await changedSince(discovery))];
  },
};

function isRhel(shard: string): boolean {
  return /^rhel-\d+$/.test(shard);
}

const archiveName = /^csaf_vex_(\d{4}-\d{2}-\d{2})\.tar\.zst$/;

async function newestArchive(discovery: Discovery): Promise<string | undefined> {
  const name = (await discovery.text(`${base}/archive_latest.txt`))?.trim();
  return name !== undefined && archiveName.test(name) ? name : undefined;
}

/** Paths below the feed of what changed on or after the archive's day, newest first. */
async function changedSince(discovery: Discovery): Promise<string[]> {
  const day = archiveName.exec((await newestArchive(discovery)) ?? '')?.[1];
  if (day === undefined) return [];
  const rows = listed((await discovery.text(`${base}/changes.csv`)) ?? '');
  const changed = rows.filter(({ time }) => time.slice(0, 10) >= day);
  return changed
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.path < b.path ? -1 : 1))
    .slice(0, maxChanged)
    .map(({ path }) => path);
}

/** Rows of changes.csv and deletions.csv: `"2026/cve-2026-2673.json","2026-03-25T12:33:38+00:00"` */
function listed(text: string): { readonly path: string; readonly time: string }[] {
  return text.split('\n').flatMap((line) => {
    const row = /^"?(\d{4}\/cve-\d{4}-\d{4,19}\.json)"?,"?(\d{4}-\d{2}-\d{2}T[^"\s]*)/.exec(line);
    return row === null ? [] : [{ path: row[1]!, time: row[2]! }];
  });
}

function redHatGroup(archive: string | undefined, changed: readonly string[]): FeedGroup {
  const deletions = `${base}/deletions.csv`;
  const documents = changed.map(
    (path): FeedInput => ({ url: `${base}/${path}`, maxBytes: maxDocumentBytes, optional: true }),
  );
  const inputs: FeedInput[] =
    archive === undefined
      ? [{ url: `${base}/archive_latest.txt`, maxBytes: maxListBytes }]
      : [
          { url: `${base}/${archive}`, maxBytes: maxArchiveBytes },
          { url: deletions, maxBytes: maxListBytes, optional: true },
          ...documents,
        ];
  return {
    name: 'redhat-vex',
    licenses,
    makes: isRhel,
    inputs: () => inputs,
    read: async (context) => {
      if (archive === undefined) return;
      // whatever is read here stands in the place of the archive's older copy
      const done = new Set<string>();
      const compare = schemeCompare('rpm');
      for await (const chunk of lines(context, deletions)) for (const { path } of listed(chunk)) done.add(path);
      for (const path of changed) {
        done.delete(path);
        const body = await whole(context, `${base}/${path}`);
        if (body === undefined) continue;
        readDocument(context, path, body, compare);
        done.add(path);
      }
      await readArchive(context, `${base}/${archive}`, (path) => !done.has(path), compare);
    },
  };
}

async function readArchive(
  context: ReadContext,
  url: string,
  wanted: (path: string) => boolean,
  compare: Compare | null,
): Promise<void> {
  const stream = context.stream(url);
  if (stream === undefined) return;
  const limits = { ...tarLimits, maxBodyBytes: maxDocumentBytes, maxTotalBytes: maxUnpackedBytes };
  const visitor = {
    wanted: (path: string) => path.endsWith('.json') && wanted(path.replace(/^\.\//, '')),
    file: (path: string, body: Buffer) => readDocument(context, path, body, compare),
    refused: (path: string, reason: string) => reject(context.tally, path, reason),
  };
  await readTar(url, zstdContent(url, stream), visitor, limits);
}

function readDocument({ sink, tally }: ReadContext, path: string, body: Buffer, compare: Compare | null): void {
  let value: unknown;
  try {
    // one byte, one character: documents are long lists of ASCII ids around a few texts, and UTF-8 takes three times as long
    value = JSON.parse(body.toString('latin1'));
  } catch {
    reject(tally, path, 'is no JSON');
    return;
  }
  const parsed = z.safeParse(csaf, value);
  if (!parsed.success) {
    reject(tally, path, schemaReason(parsed.error));
    return;
  }
  const newer = newerSchema(parsed.data.document.csaf_version, csafMajor);
  if (newer !== undefined) {
    reject(tally, path, newer);
    return;
  }
  const { document, product_tree, vulnerabilities } = parsed.data;
  const modified = dayOf(document.tracking?.current_release_date);
  const components = redHatComponents(product_tree);
  for (const entry of vulnerabilities ?? []) {
    const vulnerability = z.safeParse(redHatVulnerability, entry);
    if (!vulnerability.success) {
      reject(tally, path, schemaReason(vulnerability.error));
      continue;
    }
    tally.read++;
    const statements = redHatStatements(
      vulnerability.data,
      components,
      modified,
      (shard) => sink.wants(shard),
      compare,
    );
    // of other products, or of streams that are paid for apart
    if (statements.length === 0) tally.irrelevant++;
    for (const { shard, statement } of statements) {
      sink.statement(shard, statement);
      sink.dated(shard, modified);
    }
    const { cve, title, notes } = vulnerability.data;
    const description = notes?.find(({ category }) => category === 'description')?.text;
    const shards = new Set(
      statements.filter(({ statement }) => statement.status !== 'not-affected').map(({ shard }) => shard),
    );
    const references = [`https://access.redhat.com/security/cve/${cve}`];
    sink.text(shards, { id: cve, title: utf8(title), description: utf8(description), references });
  }
}

/** A text that was read one byte per character; one with escapes beyond that (`\\u2019`) is as it should be. */
function utf8(text: string | undefined): string | null {
  if (text === undefined) return null;
  return /^[\0-\u00ff]*$/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

async function whole(context: ReadContext, url: string): Promise<Buffer | undefined> {
  const stream = context.stream(url);
  if (stream === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Pieces of a text file that end where lines do. */
async function* lines(context: ReadContext, url: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of context.stream(url) ?? []) {
    const text = rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    yield text.slice(0, end);
  }
  yield rest;
}
