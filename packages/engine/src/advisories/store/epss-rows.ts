import type { EpssRecord } from '../types.ts';

/*
 * EPSS scores all CVEs, some 360,000, and all of them move every day, so that every byte counts. A row holds a thousand
 * numbers of one year (`2024-12`: CVE-2024-12000 to -12999) as three columns: how many numbers were passed over before each
 * one, scores in hundred-thousandths, and by how much the percentile is above the lowest one of that score. Those lowest ones
 * are in rows of a thousand scores each (`percentile-0`): scores, and percentiles in hundred-thousandths. Percentiles rise
 * with scores, so that little is left to say for each CVE; with both written out the shard is nearly twice as large.
 */

const unit = 100_000;
const scoresPerRow = 1000;
const cve = /^CVE-(\d{4})-(\d{1,16})(\d{3})$/;

/** `2024-12` and 345 for CVE-2024-12345; undefined: no CVE id. */
function placeOf(id: string): { readonly block: string; readonly number: number } | undefined {
  const [, year, block, number] = cve.exec(id) ?? [];
  return number === undefined ? undefined : { block: `${year}-${block}`, number: Number(number) };
}

function percentileRow(score: number): string {
  return `percentile-${Math.floor(score / scoresPerRow)}`;
}

interface Row {
  readonly key: string;
  readonly body: string;
  readonly records: number;
}

/** Collects scores, in any order, and gives the rows. */
export class EpssBlocks {
  readonly #blocks = new Map<string, Map<number, readonly [score: number, percentile: number]>>();
  readonly #lowest = new Map<number, number>();

  /** @returns false for what is no CVE id, or was there before */
  add({ id, score, percentile }: EpssRecord): boolean {
    const place = placeOf(id);
    if (place === undefined) return false;
    const block = this.#blocks.get(place.block) ?? new Map<number, readonly [number, number]>();
    if (block.has(place.number)) return false;
    const [inUnits, rank] = [Math.round(score * unit), Math.round(percentile * unit)];
    block.set(place.number, [inUnits, rank]);
    this.#blocks.set(place.block, block);
    this.#lowest.set(inUnits, Math.min(this.#lowest.get(inUnits) ?? rank, rank));
    return true;
  }

  *rows(): Generator<Row> {
    for (const [key, block] of this.#blocks) {
      const sorted = [...block].sort(([a], [b]) => a - b);
      const gaps = sorted.map(([number], at) => number - (at === 0 ? 0 : sorted[at - 1]![0] + 1));
      const scores = sorted.map(([, [score]]) => score);
      const above = sorted.map(([, [score, percentile]]) => percentile - this.#lowest.get(score)!);
      yield { key, body: JSON.stringify([gaps, scores, above]), records: block.size };
    }
    const sorted = [...this.#lowest].sort(([a], [b]) => a - b);
    for (const [key, list] of Map.groupBy(sorted, ([score]) => percentileRow(score))) {
      const body = JSON.stringify([list.map(([score]) => score), list.map(([, percentile]) => percentile)]);
      yield { key, body, records: 0 };
    }
  }
}

interface Scored {
  readonly id: string;
  readonly score: number;
  readonly above: number;
}

/**
 * Scores of these CVEs; those that have none are absent. Of a row, which tells of a thousand numbers, those that are asked for
 * are taken: 400 CVEs of an image stand in as many rows.
 *
 * @param row what stands under a key
 */
export function epssOf(
  ids: readonly string[],
  row: (key: string) => string | undefined,
): ReadonlyMap<string, EpssRecord> {
  const asked = new Map<string, Map<number, string>>();
  for (const id of ids) {
    const place = placeOf(id);
    if (place === undefined) continue;
    const numbers = asked.get(place.block);
    if (numbers === undefined) asked.set(place.block, new Map([[place.number, id]]));
    else numbers.set(place.number, id);
  }
  const scored: Scored[] = [];
  for (const [block, numbers] of asked) {
    const body = row(block);
    if (body !== undefined) takeNumbers(body, numbers, scored);
  }
  const lowest = lowestPercentiles(new Set(scored.map(({ score }) => score)), row);
  const found = new Map<string, EpssRecord>();
  for (const { id, score, above } of scored) {
    const rank = lowest.get(score);
    if (rank !== undefined) found.set(id, { id, score: score / unit, percentile: (rank + above) / unit });
  }
  return new Map(ids.flatMap((id) => (found.has(id) ? [[id, found.get(id)!] as const] : [])));
}

/** @param asked number → CVE */
function takeNumbers(body: string, asked: ReadonlyMap<number, string>, into: Scored[]): void {
  const [gaps = [], scores = [], above = []] = JSON.parse(body) as readonly (readonly number[])[];
  let left = asked.size;
  let number = 0;
  for (let at = 0; at < gaps.length && left > 0; at += 1) {
    number += gaps[at]!;
    const id = asked.get(number);
    if (id !== undefined) {
      into.push({ id, score: scores[at]!, above: above[at]! });
      left -= 1;
    }
    number += 1;
  }
}

function lowestPercentiles(
  asked: ReadonlySet<number>,
  row: (key: string) => string | undefined,
): ReadonlyMap<number, number> {
  const lowest = new Map<number, number>();
  for (const key of new Set([...asked].map(percentileRow))) {
    const body = row(key);
    if (body === undefined) continue;
    const [scores, percentiles] = JSON.parse(body) as readonly [readonly number[], readonly number[]];
    for (let at = 0; at < scores.length; at += 1) {
      if (asked.has(scores[at]!)) lowest.set(scores[at]!, percentiles[at]!);
    }
  }
  return lowest;
}
