import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAdvisories } from '../open-advisories.ts';
import { blobPath, catalogPath } from '../store/store-paths.ts';
import { type Built, buildFrom } from '../testing/build-from.ts';
import { osvFiles, tempDirectory } from '../testing/make-mirror.ts';
import { updateDatabase } from '../update-database.ts';
import { catalogType, manifestType, shardType } from './artefact.ts';

const record = {
  id: 'GHSA-1',
  modified: '2026-01-02T00:00:00Z',
  affected: [{ package: { ecosystem: 'npm', name: 'a' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] }],
};
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry's answers for the parts of a catalog; a test puts others in their place. */
type Answer = (response: ServerResponse, request: IncomingMessage) => void;
type Part = 'manifest' | 'catalog' | 'shard';

let theirs: Built;
let parts: Record<Part, Buffer>;
let answers: Partial<Record<Part, Answer>>;
let asked = 0;
let sent = 0;

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, { 'retry-after': '0', ...headers }).end();
const bytes =
  (body: Buffer): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': manifestType, 'content-length': body.length }).end(body);
/** Sends until nobody listens any more. */
const endless: Answer = (response) => {
  const piece = Buffer.alloc(1 << 20, ' ');
  response.writeHead(200, { 'content-type': manifestType });
  const more = (): void => {
    sent += piece.length;
    // where no bound holds, this one ends the test
    if (sent > 512 << 20) response.destroy();
    else if (!response.destroyed) response.write(piece, more);
  };
  more();
};
/** Promises all and breaks off, whatever it is asked to go on with. */
const half =
  (body: Buffer): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  };

const server = createServer((request, response) => {
  const path = request.url!;
  if (path === '/v2/') return void response.writeHead(200).end();
  const part: Part = path.includes('/manifests/')
    ? 'manifest'
    : path.endsWith(digestOf(parts.catalog))
      ? 'catalog'
      : 'shard';
  asked++;
  (answers[part] ?? bytes(parts[part]))(response, request);
});

beforeAll(async () => {
  theirs = await buildFrom(osvFiles({ npm: [record] }), { forOthers: true });
  const npm = theirs.report.shards.find(({ name }) => name === 'npm')!.blob!;
  const catalog = zstdCompressSync(readFileSync(catalogPath(theirs.dbDir)));
  const layer = (mediaType: string, body: Buffer) => ({ mediaType, digest: digestOf(body), size: body.length });
  const shard = readFileSync(blobPath(theirs.dbDir, npm.digest));
  const layers = [layer(catalogType, catalog), layer(shardType, shard)];
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, layers }));
  parts = { manifest, catalog, shard };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  theirs[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = {};
  asked = 0;
  sent = 0;
});

/** A manifest that names this catalog. */
const naming = (catalog: Buffer): Answer =>
  bytes(Buffer.from(parts.manifest.toString().replace(digestOf(parts.catalog), digestOf(catalog))));

describe('a catalog in a registry that', () => {
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const update = (dbDir: string, asOf: string) =>
    updateDatabase({ dbDir, catalog: `oci://${host()}/a/b`, needed: ['npm'], asOf, registry: { retryDelayMs: 1 } });

  test.each<[string, () => typeof answers, string, RegExp]>([
    [
      'wants a login',
      () => ({ manifest: status(401, { 'www-authenticate': 'Basic realm="x"' }) }),
      'fetch-failed',
      /401/,
    ],
    ['forbids a shard', () => ({ shard: status(403) }), 'fetch-failed', /shard npm/],
    ['is always busy', () => ({ manifest: status(429) }), 'fetch-failed', /429/],
    ['is broken', () => ({ catalog: status(500) }), 'fetch-failed', /500/],
    ['sends half a shard each time', () => ({ shard: half(parts.shard) }), 'fetch-failed', /shard npm/],
    ['sends another shard', () => ({ shard: bytes(Buffer.alloc(parts.shard.length)) }), 'digest-mismatch', /shard npm/],
    ['sends more than a shard', () => ({ shard: endless }), 'catalog-malformed', /shard npm: more than/],
    ['sends another catalog', () => ({ catalog: bytes(Buffer.from('x')) }), 'digest-mismatch', /its catalog/],
    ['sends a catalog without end', () => ({ catalog: endless }), 'fetch-failed', /its catalog: more than \d+ bytes/],
    ['sends a manifest without end', () => ({ manifest: endless }), 'fetch-failed', /a\/b.*: more than \d+ bytes/],
    ['sends a manifest that is none', () => ({ manifest: bytes(Buffer.from('<html>')) }), 'catalog-malformed', /JSON/],
  ])('%s is refused in one line, and the old catalog stays', async (_how, bad, code, message) => {
    using dir = tempDirectory();
    await update(dir.path, '2026-08-22');
    const before = readFileSync(catalogPath(dir.path));
    const [shard] = readdirSync(join(dir.path, 'shards'));
    for (const first of [true, false]) {
      // a shard is asked for where it is not there, and so is a catalog
      using empty = tempDirectory();
      answers = bad();
      asked = 0;
      const failed = update(first ? empty.path : dir.path, '2026-08-24');
      const refused = first || answers.manifest !== undefined;
      const error = await failed.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (refused) {
        expect(error).toMatchObject({ name: 'AdvisoryError', code, message: expect.stringMatching(message) });
        expect((error as Error).message).not.toContain('\n');
      }
      expect(asked).toBeLessThan(12);
      // pieces that are on their way when the connection ends count too
      expect(sent).toBeLessThan(128 << 20);
      if (first) expect(readdirSync(join(empty.path, 'shards'))).toEqual([]);
    }
    expect(readFileSync(catalogPath(dir.path))).toEqual(before);
    expect(readdirSync(join(dir.path, 'shards'))).toEqual([shard]);
    const reader = openAdvisories(dir.path);
    expect(reader.advisories('npm', ['a']).size).toBe(1);
    reader.close();
  });

  test('sends a catalog that opens to more than one may be is refused', async () => {
    using dir = tempDirectory();
    const bomb = zstdCompressSync(Buffer.alloc(65 << 20));
    const catalog = parts.catalog;
    try {
      answers = { manifest: naming(bomb) };
      parts.catalog = bomb;
      await expect(update(dir.path, '2026-08-22')).rejects.toMatchObject({
        code: 'catalog-malformed',
        message: expect.stringContaining('its catalog cannot be opened'),
      });
    } finally {
      parts.catalog = catalog;
    }
  });
});
