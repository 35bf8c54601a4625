import { KeywordSearch } from '../keyword-search.ts';
import { secretKinds } from './kinds.ts';
import { entropy, isBlank, isExample, isPlaceholder } from './placeholder.ts';
import type { SecretKind } from './secret-kind.ts';
import { isInstalled } from './secret-paths.ts';

/** A secret in a text. Its value is in the text alone. */
export interface Detected {
  readonly kind: SecretKind;
  /** byte offsets of the secret */
  readonly start: number;
  readonly end: number;
  /** from 1 */
  readonly line: number;
  /** with nothing of it but a prefix that all of its kind have */
  readonly masked: string;
  /** written as an example, or no token that was ever given out: its checksum is wrong */
  readonly example: boolean;
}

/** Secrets that one file lists; the rest is cut. */
const maxDetected = 100;
/** Places of one file at which patterns are tried: 16 MiB of nothing but keywords would take half a minute. */
const maxTries = 100_000;
const usualWindow = 420;
/** Bytes that tell a binary file from a text. */
const sniffedBytes = 1024;

/**
 * Finds secrets in a text. One pass looks for keywords; patterns see bounded windows where one stands, so that time is
 * linear in the text.
 *
 * @param path relative, as in a layer; null: a part of an image's configuration
 * @returns by rising place; `cut`: the rest was not searched
 */
export function detectSecrets(
  text: Buffer,
  path: string | null,
): { readonly found: readonly Detected[]; readonly cut: boolean } {
  const installed = path !== null && isInstalled(path);
  const { search, kinds } = detectorFor(path, installed);
  const found: Match[] = [];
  let cut = false;
  let tries = 0;
  search.search(text, (at, keyword) => {
    for (const kind of kinds[keyword]!) {
      const length = search.lengthOf(keyword);
      if (!mayStand(text, at, kind, length) || (found.length > 0 && covers(found, at, kind))) continue;
      tries += 1;
      const match = matchAt(text, at, kind, length);
      if (match === null || (match.example && installed)) continue;
      if (found.length < maxDetected) found.push(match);
      else cut = true;
    }
    cut ||= tries > maxTries;
    return !cut;
  });
  return { found: found.length === 0 ? [] : withLines(text, distinct(found)), cut };
}

/** Whether a file that begins so is a text: one of UTF-16, or without a NUL byte. */
export function beginsAsText(beginning: Buffer): boolean {
  return !beginning.subarray(0, sniffedBytes).includes(0) || utf16Of(beginning) !== null;
}

/** The text of a file; null for one that is binary. UTF-16 is turned into UTF-8. */
export function asText(body: Buffer): Buffer | null {
  const order = utf16Of(body);
  if (order === null) return beginsAsText(body) ? body : null;
  const even = body.subarray(0, body.length - (body.length % 2));
  const little = order === 'little' ? even : Buffer.from(even).swap16();
  return Buffer.from(little.toString('utf16le'), 'utf8');
}

/** Told by its mark, or by every second byte of its beginning: what secrets are made of is ASCII. */
function utf16Of(body: Buffer): 'little' | 'big' | null {
  if (body[0] === 0xff && body[1] === 0xfe) return 'little';
  if (body[0] === 0xfe && body[1] === 0xff) return 'big';
  const end = Math.min(body.length, sniffedBytes) & ~1;
  for (const [high, low, order] of [[1, 0, 'little'] as const, [0, 1, 'big'] as const]) {
    let at = 0;
    while (at < end && body[at + high] === 0 && isPrintable(body[at + low]!)) at += 2;
    if (at > 0 && at === end) return order;
  }
  return null;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}

interface Detector {
  readonly search: KeywordSearch;
  /** index of a keyword → kinds that it may be the beginning of */
  readonly kinds: readonly (readonly SecretKind[])[];
}

const placed = placesOf(secretKinds);
const placedInstalled = placesOf(secretKinds.filter(({ broad }) => broad !== true));
const detectors = new Map<string, Detector>();

/** Kinds that only some paths have, and in one pattern what any of them has: most paths are told by one look. */
function placesOf(kinds: readonly SecretKind[]) {
  const here = kinds.filter(({ paths }) => paths !== undefined);
  return { kinds: here, any: new RegExp(here.map(({ paths }) => `(?:${paths!.source})`).join('|')) };
}

/** Looking for what cannot be there would cost time: one detector for each set of kinds that some path has. */
function detectorFor(path: string | null, installed: boolean): Detector {
  const here = path === null ? [] : kindsAt(endOf(path), installed ? placedInstalled : placed);
  const key = `${path === null} ${installed} ${here.map(({ id }) => id).join(' ')}`;
  const known = detectors.get(key);
  if (known !== undefined) return known;
  const kinds = secretKinds.filter(
    (kind) =>
      (kind.paths === undefined || here.includes(kind)) &&
      !(installed && kind.broad) &&
      (kind.configuration === undefined || path === null),
  );
  const byKeyword = new Map<string, SecretKind[]>();
  for (const kind of kinds) {
    for (const keyword of new Set(kind.keywords.map((each) => each.toLowerCase()))) {
      const others = byKeyword.get(keyword);
      if (others === undefined) byKeyword.set(keyword, [kind]);
      else others.push(kind);
    }
  }
  const detector = { search: new KeywordSearch([...byKeyword.keys()]), kinds: [...byKeyword.values()] };
  detectors.set(key, detector);
  return detector;
}

function kindsAt(end: string, { kinds, any }: ReturnType<typeof placesOf>): readonly SecretKind[] {
  return any.test(end) ? kinds.filter(({ paths }) => paths!.test(end)) : [];
}

/** The last names of a path: patterns look at no more, and most paths have many. */
function endOf(path: string): string {
  let start = path.length;
  for (let names = 3; names > 0 && start > 0; names -= 1) start = path.lastIndexOf('/', start - 1);
  return path.slice(start + 1);
}

type Match = Omit<Detected, 'line'>;

/** A look at single bytes, before any pattern is tried. */
function mayStand(text: Buffer, at: number, kind: SecretKind, length: number): boolean {
  if (kind.wordStart !== false && at > 0 && isWord(text[at - 1]!)) return false;
  return kind.assigned === undefined || isAssigned(text, at + length);
}

function matchAt(text: Buffer, at: number, kind: SecretKind, length: number): Match | null {
  const { before = 0, window = usualWindow } = kind;
  const start = before === 0 ? at : Math.max(0, at - before - 1);
  const seen = text.toString('latin1', start, Math.min(text.length, at + length + window));
  // a sticky pattern goes on where it last ended
  kind.pattern.lastIndex = 0;
  const matched = kind.pattern.exec(seen);
  if (matched === null) return null;
  const secret = matched[1] ?? matched[0];
  if (kind.entropy !== undefined && entropy(secret) < kind.entropy && !isExample(secret)) return null;
  if (kind.shown > 0 ? isBlank(secret, kind.shown) : isPlaceholder(secret)) return null;
  const genuine = kind.genuine?.(secret) ?? true;
  if (!genuine && kind.onlyGenuine) return null;
  const secretStart = start + matched.index + matched[0].lastIndexOf(secret);
  return {
    kind,
    start: secretStart,
    end: secretStart + secret.length,
    masked: `${secret.slice(0, kind.shown)}****`,
    example: !genuine || isExample(secret),
  };
}

/** Whether the same kind was found here already: one whose text holds further keywords. */
function covers(found: readonly Match[], at: number, kind: SecretKind): boolean {
  const last = found[found.length - 1]!;
  return last.kind === kind && at < last.end && at >= last.start;
}

/** Of matches that share a place the one whose kind is listed first. */
function distinct(found: readonly Match[]): readonly Match[] {
  const rank = new Map(secretKinds.map((kind, index) => [kind, index]));
  const ranked = [...found].sort((a, b) => rank.get(a.kind)! - rank.get(b.kind)! || a.start - b.start);
  const kept: Match[] = [];
  for (const match of ranked) {
    if (!kept.some(({ start, end }) => match.start < end && start < match.end)) kept.push(match);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function withLines(text: Buffer, found: readonly Match[]): readonly Detected[] {
  let line = 1;
  let at = 0;
  return found.map((match) => {
    for (let next = text.indexOf(0x0a, at); next >= 0 && next < match.start; next = text.indexOf(0x0a, at)) {
      line += 1;
      at = next + 1;
    }
    return { ...match, line };
  });
}

function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f
  );
}

/** Bytes of a name that may follow the keyword: `token` of `token_for_builds`. */
const nameBytes = 24;

/** A quick look, before any pattern is tried: does a name end here that something is assigned to? */
function isAssigned(text: Buffer, from: number): boolean {
  let at = from;
  for (let left = nameBytes; left > 0 && at < text.length; left -= 1, at += 1) {
    const byte = text[at]!;
    if (!isWord(byte) && byte !== 0x2e && byte !== 0x2d) break;
  }
  for (let left = 7; left > 0 && at < text.length; left -= 1, at += 1) {
    const byte = text[at]!;
    if (byte === 0x3d || byte === 0x3a) return true;
    // quotes, a closing bracket, blanks
    if (byte !== 0x22 && byte !== 0x27 && byte !== 0x5d && byte !== 0x20 && byte !== 0x09) return false;
  }
  return false;
}
