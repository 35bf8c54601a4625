import type { Incomplete, Package } from './types.ts';

/** The order of the packages in an inventory. */
export function comparePackages(a: Package, b: Package): number {
  return (
    compare(a.type, b.type) ||
    compare(a.name, b.name) ||
    compare(a.version, b.version) ||
    compare(a.arch ?? '', b.arch ?? '') ||
    compare(a.locations[0]?.path ?? '', b.locations[0]?.path ?? '')
  );
}

/** Of one code; an image made of broken manifests is as incomplete with these as with a million more. */
const mostEntriesOfCode = 1000;

/** Sorted by code, path and message; what several layers or checks say in the same words is said once. */
export function distinctEntries(entries: readonly Incomplete[]): readonly Incomplete[] {
  const unique = [...entries]
    .sort(compareEntries)
    .filter((each, index, all) => index === 0 || !same(each, all[index - 1]!));
  const counts = new Map<Incomplete['code'], number>();
  const shown = unique.filter(({ code }) => {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    return counts.get(code)! <= mostEntriesOfCode;
  });
  for (const [code, count] of counts) {
    const left = count - mostEntriesOfCode;
    if (left > 0) shown.push({ code, message: `${left} more entries of this kind are not listed` });
  }
  return shown.sort(compareEntries);
}

function compareEntries(a: Incomplete, b: Incomplete): number {
  return (
    compare(a.code, b.code) ||
    compare(a.path ?? '', b.path ?? '') ||
    compare(a.message, b.message) ||
    compare(a.layer ?? '', b.layer ?? '')
  );
}

function same(a: Incomplete, b: Incomplete): boolean {
  return a.code === b.code && a.path === b.path && a.message === b.message && a.layer === b.layer;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
