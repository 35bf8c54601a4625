import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { buildDatabase, type ScanResult } from './scans.ts';

const program = '/usr/bin/debsecan';

export const noDebsecan = existsSync(program)
  ? undefined
  : 'needs debsecan: apt-get install debsecan, or scripts/install-test-parts.sh';

interface ReleaseState {
  readonly status: string;
  readonly fixed_version?: string;
}

export type Tracker = Readonly<
  Record<string, Readonly<Record<string, { readonly releases: Record<string, ReleaseState> }>>>
>;

/**
 * What Debian's server makes of the tracker's data for one release, as debsecan reads it (its `fetch_data`): the names of
 * the vulnerabilities, then `package,number,flags,fixed version,versions known to be unaffected`, then the binary packages
 * of each source, which only its notes on obsolete packages need. An empty fixed version says that every version is
 * affected; a vulnerability that never affected the release (`0`) is left out.
 */
export function debsecanList(trackerFile: string, codename: string): Buffer {
  const tracker = JSON.parse(readFileSync(trackerFile, 'utf8')) as Tracker;
  const numbers = new Map<string, number>();
  const lines: string[] = [];
  for (const [source, vulnerabilities] of Object.entries(tracker)) {
    for (const [id, { releases }] of Object.entries(vulnerabilities)) {
      const state = releases[codename];
      if (state === undefined || state.fixed_version === '0') continue;
      if (!numbers.has(id)) numbers.set(id, numbers.size);
      const fixed = state.status === 'resolved' ? (state.fixed_version ?? '') : '';
      lines.push(`${source},${numbers.get(id)},S ?${fixed === '' ? ' ' : 'F'},${fixed},`);
    }
  }
  const names = [...numbers.keys()].map((id) => `${id},,`);
  return deflateSync(['VERSION 1', ...names, '', ...lines, '', ''].join('\n'));
}

/** `ID PACKAGE`, sorted, each once: what debsecan itself says of a dpkg status file, given this list. */
export async function askDebsecan(list: Buffer, codename: string, statusFile: string): Promise<readonly string[]> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === `/${codename}` ? 200 : 404;
    response.end(response.statusCode === 200 ? list : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const output = await run([
      ...['--config', '/dev/null', '--whitelist', '', '--history', '/dev/null', '--format', 'simple'],
      ...['--source', `http://127.0.0.1:${port}`, '--suite', codename, '--status', statusFile],
    ]);
    return [...new Set(output.split('\n').filter(Boolean))].sort();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // no proxy of the environment: the server is this process
    const child = spawn(program, args, {
      env: { PATH: '/usr/bin:/bin', no_proxy: '*' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      const said = Buffer.concat(stderr).toString();
      if (status === 0 && said === '') resolve(Buffer.concat(stdout).toString());
      else reject(new Error(`debsecan ended with ${status}: ${said}`));
    });
  });
}

export const trackerPath = 'security-tracker.debian.org/tracker/data/json';

/** A database of the tracker alone, without the bulletins that OSV repeats: what debsecan is given too. */
export async function buildFromTracker(dbDir: string, feeds: string, shards: readonly string[]): Promise<void> {
  const mirror = `${dbDir}.mirror`;
  mkdirSync(dirname(join(mirror, trackerPath)), { recursive: true });
  symlinkSync(join(feeds, trackerPath), join(mirror, trackerPath));
  await buildDatabase(dbDir, mirror, shards);
}

/** What a scan found, as debsecan writes it. */
export function foundBy({ findings }: ScanResult): readonly string[] {
  const rows = findings.filter(({ kind, package: about }) => kind === 'vulnerability' && about?.type === 'deb');
  return [...new Set(rows.map(({ id, package: about }) => `${id} ${about?.name}`))].sort();
}

/** The status file of a root; distroless images have one for each package, which is installed by being there. */
export function statusFileOf(root: string): string {
  const folder = join(root, 'var/lib/dpkg');
  if (!readdirSync(folder).includes('status.d')) return join(folder, 'status');
  const stanzas = readdirSync(join(folder, 'status.d'))
    .filter((name) => !name.endsWith('.md5sums'))
    .map((name) => `Status: install ok installed\n${readFileSync(join(folder, 'status.d', name), 'utf8').trim()}\n`);
  const file = `${root}.status`;
  writeFileSync(file, stanzas.join('\n'));
  return file;
}
