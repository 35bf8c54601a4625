import type { InventoryResult, ScanResult } from '../packages/engine/src/result/types.ts';
import { type Outcome, plimsoll, type RunOptions } from './program.ts';

export type { InventoryResult, ScanResult };

/** The day on which the shared feeds were confirmed, and on which the tests judge. */
export const feedsDay = '2026-08-22';

/** `db build` with the real program; only the named shards, or all. */
export async function buildDatabase(dbDir: string, mirror: string, only: readonly string[] = []): Promise<void> {
  const shards = only.flatMap((name) => ['--only', name]);
  const { status, stderr } = await plimsoll(
    ['db', 'build', '--quiet', '--mirror', mirror, '--as-of', feedsDay, '--db-dir', dbDir, ...shards],
    { env: { XDG_CACHE_HOME: dbDir } },
  );
  if (status !== 0) throw new Error(`db build ended with ${status}: ${stderr}`);
}

export interface Scan extends Outcome {
  readonly result: ScanResult;
}

/** `scan REFERENCE --format json` on the day of the feeds, without a connection or a layer cache. */
export async function scan(
  reference: string,
  dbDir: string,
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<Scan> {
  const outcome = await plimsoll(
    ['scan', reference, '--db-dir', dbDir, '--offline', '--no-cache', '--at', feedsDay, '--format', 'json', ...more],
    options,
  );
  return { ...outcome, result: parsed(outcome, reference) as ScanResult };
}

/** `sbom REFERENCE --format json`, without a layer cache unless `more` names one. */
export async function listPackages(
  reference: string,
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<InventoryResult> {
  const cache = more.includes('--cache-dir') ? [] : ['--no-cache'];
  const outcome = await plimsoll(['sbom', reference, ...cache, '--format', 'json', ...more], options);
  return parsed(outcome, reference) as InventoryResult;
}

function parsed({ status, stdout, stderr }: Outcome, reference: string): unknown {
  if (stdout === '') throw new Error(`${reference}: no result, exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What must be equal whatever an image comes in: packages, findings, and what the policy says of them. */
export function judgement({ packages, findings, incomplete, facts, verdict, image }: ScanResult): unknown {
  return { packages, findings, incomplete, facts, verdict, distro: image.distro };
}

/** The same where there are no layers and no config: a root file system. */
export function judgementOfFiles({ packages, findings, image }: ScanResult): unknown {
  const placed = <T extends { readonly layer?: unknown; readonly instruction?: unknown; readonly inBase?: unknown }>(
    place: T,
  ) => {
    const { layer: _, instruction: __, inBase: ___, ...rest } = place;
    return rest;
  };
  return {
    packages: packages.map((entry) => ({ ...entry, locations: entry.locations.map(placed) })),
    findings: findings
      .filter(({ kind, evidence }) => evidence.config === undefined && !(kind === 'secret' && !evidence.path))
      .map((finding) => ({ ...finding, evidence: placed(finding.evidence) })),
    distro: image.distro,
  };
}

/** Runs at most two at a time, as there are cores to count on. */
export async function inPairs<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await run(items[at]!);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
