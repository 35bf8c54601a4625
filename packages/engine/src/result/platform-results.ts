import type { FindingDifference, InventoryResult, PackageDifference, PlatformResults, ScanResult } from './types.ts';

/** Puts the results of an image index together, with what differs between its platforms. */
export function platformResults<R extends InventoryResult>(
  reference: string,
  results: readonly R[],
): PlatformResults<R> {
  return {
    schemaVersion: '1',
    reference,
    results,
    differences: { packages: packageDifferences(results), findings: findingDifferences(results) },
  };
}

function packageDifferences(results: readonly InventoryResult[]): readonly PackageDifference[] {
  const versions = new Map<string, Map<string, Set<string>>>();
  for (const result of results) {
    for (const { type, name, version } of result.packages) {
      const key = JSON.stringify([type, name]);
      const byPlatform = versions.get(key) ?? new Map<string, Set<string>>();
      versions.set(key, byPlatform);
      const own = byPlatform.get(platformOf(result)) ?? new Set<string>();
      byPlatform.set(platformOf(result), own.add(version));
    }
  }
  return [...versions]
    .map(([key, byPlatform]) => {
      const [type, name] = JSON.parse(key) as [string, string];
      const entries = [...byPlatform].map(([platform, own]) => [platform, [...own].sort()] as const).sort(byFirst);
      return { type, name, versions: Object.fromEntries(entries) };
    })
    .filter((each) => {
      const lists = Object.values(each.versions).map((list) => JSON.stringify(list));
      return lists.length < results.length || new Set(lists).size > 1;
    })
    .sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
}

function findingDifferences(results: readonly InventoryResult[]): readonly FindingDifference[] {
  const platforms = new Map<string, Set<string>>();
  for (const result of results) {
    for (const { id, package: subject } of 'findings' in result ? (result as ScanResult).findings : []) {
      const key = JSON.stringify([id, subject?.name ?? null]);
      platforms.set(key, (platforms.get(key) ?? new Set()).add(platformOf(result)));
    }
  }
  return [...platforms]
    .filter(([, on]) => on.size < results.length)
    .map(([key, on]) => {
      const [id, name] = JSON.parse(key) as [string, string | null];
      return { id, package: name, platforms: [...on].sort() };
    })
    .sort((a, b) => compare(a.id, b.id) || compare(a.package ?? '', b.package ?? ''));
}

function platformOf({ image }: InventoryResult): string {
  return image.platform ?? 'unknown';
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compare(a[0], b[0]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
