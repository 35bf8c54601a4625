/** A field that the caller asked for; name in lower case. Continuation lines are not kept. */
export type Stanza = ReadonlyMap<string, string>;

export interface ControlFile {
  readonly stanzas: readonly Stanza[];
  /** 1-based number of the first line that is neither field, continuation, comment nor blank; null when all are */
  readonly badLine: number | null;
  /** the last line has no line end: something behind it may be missing */
  readonly cutOff: boolean;
}

/**
 * Splits Debian control text into stanzas and picks fields by name. One pass over the bytes, without a regular expression,
 * since a status database has some 100,000 lines; what is picked becomes text by itself, as a part of a large text would keep
 * all of it in memory.
 *
 * @param wanted names in lower case
 * @see https://www.debian.org/doc/debian-policy/ch-controlfields.html#syntax-of-control-files
 */
export function parseControl(body: Buffer, wanted: ReadonlySet<string>): ControlFile {
  const initials = new Set([...wanted].flatMap((name) => [name.charCodeAt(0), name.charCodeAt(0) - 32]));
  const stanzas: Stanza[] = [];
  let stanza = new Map<string, string>();
  let inStanza = false;
  let badLine: number | null = null;
  let line = 0;
  for (let start = 0; start < body.length; ) {
    line += 1;
    const found = body.indexOf(newline, start);
    const end = found < 0 ? body.length : found;
    const first = body[start]!;
    if (start === end || (first === carriageReturn && end === start + 1)) {
      if (inStanza) stanzas.push(stanza);
      if (inStanza) stanza = new Map();
      inStanza = false;
    } else if (first === space || first === tab) {
      if (!inStanza) badLine ??= line;
    } else if (first !== hash) {
      const colon = colonIn(body, start, end);
      if (colon <= start || first < space) badLine ??= line;
      else if (initials.has(first) && colon - start <= longestName) {
        const name = body.toString('utf8', start, colon).toLowerCase();
        if (wanted.has(name)) stanza.set(name, body.toString('utf8', colon + 1, end).trim());
      }
      inStanza = true;
    }
    start = end + 1;
  }
  if (inStanza) stanzas.push(stanza);
  return { stanzas, badLine, cutOff: body.length > 0 && body.at(-1) !== newline };
}

/** -1: there is none. Names of fields are short, so that looking at bytes is quicker than asking. */
function colonIn(body: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (body[at] === colonByte) return at;
  return -1;
}

const newline = 0x0a;
const colonByte = 0x3a;

const space = 0x20;
const tab = 0x09;
const carriageReturn = 0x0d;
const hash = 0x23;
const longestName = 32;
