/** Puts the parts of a document together so that it stays within its bytes: rows that do not fit are counted. */

export interface Part {
  /** lines that are always there; a few, of bounded length */
  readonly head: readonly string[];
  readonly rows: readonly string[];
  /** of what is left when its turn comes, how much its rows may take; the part with 1 comes last, wherever it stands */
  readonly share: number;
  /** what a row counts for; 1 each where it is left out */
  readonly counts?: readonly number[];
  /** the line in place of rows that do not fit */
  more(count: number): string;
  readonly tail?: readonly string[];
}

export function within(parts: readonly Part[], maxBytes: number): string {
  let left = maxBytes - parts.reduce((sum, part) => sum + fixedBytes(part), 0);
  const shown = new Map<Part, string>();
  for (const part of [...parts].sort((a, b) => a.share - b.share)) {
    const rows = fitting(part, Math.floor(left * part.share));
    const text = rows.map((row) => `${row}\n`).join('');
    left -= Buffer.byteLength(text);
    shown.set(part, text);
  }
  return parts
    .map((part) => `${lines(part.head)}${shown.get(part) ?? ''}${lines(part.tail ?? [])}\n`)
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

function lines(list: readonly string[]): string {
  return list.map((each) => `${each}\n`).join('');
}

/** With the longest line that may stand for what is left out. */
function fixedBytes(part: Part): number {
  const total = sum(part.counts ?? part.rows.map(() => 1));
  return Buffer.byteLength(lines([...part.head, part.more(total), ...(part.tail ?? []), '']));
}

function fitting(part: Part, maxBytes: number): readonly string[] {
  let left = maxBytes;
  const counts = part.counts ?? part.rows.map(() => 1);
  for (const [index, row] of part.rows.entries()) {
    left -= Buffer.byteLength(row) + 1;
    if (left < 0) return [...part.rows.slice(0, index), part.more(sum(counts.slice(index)))];
  }
  return part.rows;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
