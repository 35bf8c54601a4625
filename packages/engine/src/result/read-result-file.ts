/**
 * Reads a stored result in parts: the list of findings, which is nearly all of a large one, as the report for programs writes
 * it, so that neither the file nor its text is ever there as a whole. What is laid out otherwise is read whole.
 */
import { areFindings, isWholeResult, readResults, type StoredResults } from './read-result.ts';
import type { ScanResult } from './types.ts';

/** Line ends stand in no string of JSON, so that what begins with one is no part of a text. */
const begin = Buffer.from('\n  "findings": [\n');
const between = Buffer.from('\n    },\n');
const end = Buffer.from('\n    }\n  ]');
const closingBytes = '\n    }'.length;
/** One result a platform: what follows is in a list of its own. */
const severalResults = '\n  "results": [\n';

/** Of one finding; a longer one is read with the whole. */
const maxFindingBytes = 8 * 1024 * 1024;

/**
 * @param open the bytes of the file from its start, each chunk good until the next; asked for again where it is read whole
 * @throws ResultError
 */
export function readResultFile(open: () => Iterable<Uint8Array>): StoredResults {
  return inParts(open()) ?? readResults(Buffer.concat(Array.from(open(), (chunk) => Buffer.from(chunk))).toString());
}

/** Null for what is no whole result or laid out otherwise: reading it as a whole says what is wrong with it. */
function inParts(chunks: Iterable<Uint8Array>): StoredResults | null {
  const findings: unknown[] = [];
  const around: Buffer[] = [];
  let carried = Buffer.alloc(0);
  let state: 'before' | 'within' | 'behind' = 'before';
  for (const chunk of chunks) {
    let data = carried.length === 0 ? Buffer.from(chunk) : Buffer.concat([carried, chunk]);
    if (state === 'before') {
      const at = data.indexOf(begin);
      if (at < 0) {
        const kept = Math.max(0, data.length - begin.length);
        around.push(data.subarray(0, kept));
        carried = data.subarray(kept);
        continue;
      }
      around.push(data.subarray(0, at + begin.length));
      if (around.some((part) => part.includes(severalResults))) return null;
      data = data.subarray(at + begin.length);
      state = 'within';
    }
    if (state === 'within') {
      const last = data.indexOf(end);
      const at = last < 0 ? data.lastIndexOf(between) : last;
      if (at < 0 && data.length > maxFindingBytes) return null;
      if (at >= 0 && !take(data.subarray(0, at + closingBytes), findings)) return null;
      if (last >= 0) state = 'behind';
      if (at >= 0) data = data.subarray(at + closingBytes + (last < 0 ? between.length - closingBytes : 0));
      carried = data;
    }
    if (state === 'behind') {
      around.push(data);
      carried = Buffer.alloc(0);
    }
  }
  const result =
    state === 'behind'
      ? parsed(
          Buffer.concat(around)
            .toString()
            .replace(/^\ufeff/, ''),
        )
      : null;
  if (!isWholeResult(result) || result.findings.length > 0) return null;
  return { results: [{ ...result, findings: findings as ScanResult['findings'] }], all: undefined };
}

/** False where it is no list of findings. */
function take(entries: Buffer, findings: unknown[]): boolean {
  const list = parsed(`[${entries.toString()}]`);
  if (!areFindings(list)) return false;
  for (const each of list) findings.push(each);
  return true;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
