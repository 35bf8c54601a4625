import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFullMirror } from './full-mirror.ts';
import { dpkgStatus, osRelease, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { needsShared, shared } from './shared.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const MB = 1_000_000;

/** A web server over a folder that counts what it sends. */
async function serve(folder: string): Promise<{ url: string; sent: () => number; stop: () => void }> {
  let sent = 0;
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url!, 'http://x').pathname);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      response.writeHead(404).end();
      return;
    }
    sent += size;
    response.writeHead(200, { 'content-length': size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, sent: () => sent, stop: () => server.close() };
}

const asking = join(scratch.path, 'asking.yaml');
writeFileSync(
  asking,
  `name: asking
rules:
  - id: likely
    scope: vulnerability
    action: deny
    when: finding.risk.epss.score > 0.9
    message: likely to be exploited
`,
);

/** Bytes that a first scan moves; by the policy `default`, and by one that also asks for EPSS and exploits. */
async function firstScan(image: string, catalog: string, name: string, policies: readonly string[]): Promise<number> {
  const server = await serve(catalog);
  try {
    const args = ['--db-dir', join(scratch.path, `${name}-db`), '--no-cache', '--catalog', server.url];
    for (const policy of policies) args.push('--policy', policy);
    const json = join(scratch.path, `${name}.json`);
    const outcome = await plimsoll(['scan', image, ...args, '--at', '2026-08-22', '--format', `json=${json}`]);
    expect([0, 1, 4], outcome.stderr).toContain(outcome.status);
    return server.sent();
  } finally {
    server.stop();
  }
}

async function build(mirrors: readonly string[], dbDir: string): Promise<void> {
  const from = mirrors.flatMap((mirror) => ['--mirror', mirror]);
  const { status, stderr } = await plimsoll(['db', 'build', ...from, '--db-dir', dbDir, '--as-of', '2026-08-22']);
  expect(status, stderr).toBe(0);
}

const [feeds, images] = [shared('feeds'), shared('images')];

describe.skipIf(!feeds || !images)(feeds ? 'a first scan, from the real feeds' : needsShared, () => {
  const dbDir = join(scratch.path, 'real');
  beforeAll(() => build([feeds!, join(feeds!, 'excerpts')], dbDir), 300_000);

  it.each([
    ['alpine-3.16.docker.tar', 2],
    ['debian-12-minbase.oci.tar', 8],
    ['app-web-shop.oci.tar', 25],
  ])('of %s moves at most %i MB', { timeout: 400_000 }, async (image, most) => {
    const moved = await firstScan(join(images!, image), dbDir, image, []);
    const asked = await firstScan(join(images!, image), dbDir, `${image}-epss`, ['default', asking]);
    console.log(`${image}: ${moved} bytes, ${asked} with a rule that asks for EPSS`);
    expect(asked).toBeGreaterThan(moved);
    expect(asked).toBeLessThanOrEqual(most * MB);
  });
});

describe('a first scan, from feeds of full size', () => {
  const [mirror, dbDir] = [join(scratch.path, 'mirror'), join(scratch.path, 'full')];
  beforeAll(async () => {
    writeFullMirror(mirror);
    await build([mirror], dbDir);
  }, 600_000);

  it.each([
    ['Alpine', 2, [[{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.19.1\n' }, apk(40)]]],
    ['Debian', 8, [[osRelease, debs(400)]]],
    ['Debian with npm and PyPI packages', 25, [[osRelease, debs(400), ...modules(300)]]],
  ] as const)('%s: at most %i MB', { timeout: 400_000 }, async (name, most, layers) => {
    const image = writeImage(scratch.path, name, layers);
    const folder = name.replaceAll(' ', '-');
    const moved = await firstScan(image, dbDir, folder, []);
    const asked = await firstScan(image, dbDir, `${folder}-epss`, ['default', asking]);
    console.log(`${name}, full size: ${moved} bytes, ${asked} with a rule that asks for EPSS`);
    expect(asked).toBeGreaterThan(moved);
    expect(asked).toBeLessThanOrEqual(most * MB);
  });
});

function debs(count: number): ReturnType<typeof dpkgStatus> {
  return dpkgStatus(Object.fromEntries(Array.from({ length: count }, (_, n) => [`source-${n * 7}`, '1.0-1'])));
}

function apk(count: number): { path: string; content: string } {
  const names = Array.from({ length: count }, (_, n) => `P:source-${n * 7}\nV:1.0-r0\nA:x86_64\no:source-${n * 7}\n\n`);
  return { path: 'lib/apk/db/installed', content: names.join('') };
}

function modules(count: number): { path: string; content: string }[] {
  return Array.from({ length: count }, (_, n) => [
    {
      path: `app/node_modules/package-${n * 11}/package.json`,
      content: JSON.stringify({ name: `package-${n * 11}`, version: '0.1.0' }),
    },
    {
      path: `usr/lib/python3/site-packages/package_${n * 11}-0.1.0.dist-info/METADATA`,
      content: `Metadata-Version: 2.1\nName: package-${n * 11}\nVersion: 0.1.0\n`,
    },
  ]).flat();
}
