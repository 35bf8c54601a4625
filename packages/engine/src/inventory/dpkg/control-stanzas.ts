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
 * Splits Debian control text into stanzas and picks fields by name. One pass over the decoded text, without a regular
 * expression, since a status database has some 100,000 lines.
 *
 * @param wanted names in lower case
 * @see https://www.debian.org/doc/debian-policy/ch-controlfields.html#syntax-of-control-files
 */
export function parseControl(text: string, wanted: ReadonlySet<string>): ControlFile {
  const initials = new Set([...wanted].flatMap((name) => [name.charCodeAt(0), name.charCodeAt(0) - 32]));
  const stanzas: Stanza[] = [];
  let stanza = new Map<string, string>();
  let inStanza = false;
  let badLine: number | null = null;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(start);
    if (start === end || (first === carriageReturn && end === start + 1)) {
      if (inStanza) stanzas.push(stanza);
      if (inStanza) stanza = new Map();
      inStanza = false;
    } else if (first === space || first === tab) {
      if (!inStanza) badLine ??= line;
    } else if (first !== hash) {
      const colon = text.indexOf(':', start);
      if (colon <= start || colon >= end || first < space) badLine ??= line;
      else if (initials.has(first) && colon - start <= longestName) {
        const name = text.slice(start, colon).toLowerCase();
        if (wanted.has(name)) stanza.set(name, text.slice(colon + 1, end).trim());
      }
      inStanza = true;
    }
    start = end + 1;
  }
  if (inStanza) stanzas.push(stanza);
  return { stanzas, badLine, cutOff: text.length > 0 && !text.endsWith('\n') };
}

const space = 0x20;
const tab = 0x09;
const carriageReturn = 0x0d;
const hash = 0x23;
const longestName = 32;
