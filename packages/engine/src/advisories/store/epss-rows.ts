import type { EpssRecord } from '../types.ts';

/*
 * EPSS scores all CVEs, some 300,000: as rows of their own they would be five times as large. A row holds a thousand
 * numbers of one year, `[number, score, percentile, …]` in rising order, scores in hundred-thousandths.
 */

const unit = 100_000;
const cve = /^CVE-(\d{4})-(\d{1,16})(\d{3})$/;

/** `CVE-2024-12` and 345 for CVE-2024-12345; undefined: no CVE id. */
function placeOf(id: string): { readonly block: string; readonly number: number } | undefined {
  const [, year, block, number] = cve.exec(id) ?? [];
  return number === undefined ? undefined : { block: `CVE-${year}-${block}`, number: Number(number) };
}

/** Collects scores, in any order, and gives the rows. */
export class EpssBlocks {
  readonly #blocks = new Map<string, Map<number, readonly [score: number, percentile: number]>>();

  /** @returns false for what is no CVE id, or was there before */
  add({ id, score, percentile }: EpssRecord): boolean {
    const place = placeOf(id);
    if (place === undefined) return false;
    const block = this.#blocks.get(place.block) ?? new Map<number, readonly [number, number]>();
    if (block.has(place.number)) return false;
    block.set(place.number, [Math.round(score * unit), Math.round(percentile * unit)]);
    this.#blocks.set(place.block, block);
    return true;
  }

  *rows(): Generator<{ readonly key: string; readonly body: string; readonly records: number }> {
    for (const [key, block] of this.#blocks) {
      const sorted = [...block].sort(([a], [b]) => a - b);
      const body = JSON.stringify(sorted.flatMap(([number, values]) => [number, ...values]));
      yield { key, body, records: block.size };
    }
  }
}

/** Scores of these CVEs; those that have none are absent. */
export function epssOf(
  ids: readonly string[],
  rows: (blocks: readonly string[]) => ReadonlyMap<string, string>,
): ReadonlyMap<string, EpssRecord> {
  const places = ids.flatMap((id) => {
    const place = placeOf(id);
    return place === undefined ? [] : [{ id, ...place }];
  });
  const bodies = rows([...new Set(places.map(({ block }) => block))]);
  const parsed = new Map([...bodies].map(([block, body]) => [block, numbersOf(JSON.parse(body) as number[])]));
  const found = new Map<string, EpssRecord>();
  for (const { id, block, number } of places) {
    const values = parsed.get(block)?.get(number);
    if (values !== undefined) found.set(id, { id, score: values[0] / unit, percentile: values[1] / unit });
  }
  return found;
}

function numbersOf(list: readonly number[]): Map<number, readonly [number, number]> {
  const numbers = new Map<number, readonly [number, number]>();
  for (let at = 0; at + 2 < list.length; at += 3) numbers.set(list[at]!, [list[at + 1]!, list[at + 2]!]);
  return numbers;
}
