import { type Numeral, numeral } from '../numeral.ts';

/** What stands next in an apk version; the names follow its grammar, `digits{.digits}{letter}{_suffix{number}}{~hash}{-r#}`. */
export type TokenType =
  | 'digit-or-zero'
  | 'digit'
  | 'letter'
  | 'suffix'
  | 'suffix-number'
  | 'revision'
  | 'end'
  | 'invalid';

/** Where the grammar stands; a token may only be followed by one of the same or a higher stage (exceptions in `follows`). */
const stages: Readonly<Record<TokenType, number>> = {
  invalid: -1,
  'digit-or-zero': 0,
  digit: 1,
  letter: 2,
  suffix: 3,
  'suffix-number': 4,
  revision: 5,
  end: 6,
};

/** Order of what comes next when all before is equal: the longer version is the later one, unless a pre-release suffix follows. */
export const ranks = {
  preSuffix: 0,
  end: 1,
  revision: 2,
  suffixNumber: 3,
  suffix: 4,
  letter: 5,
  digit: 6,
  digitOrZero: 7,
  invalid: 8,
} as const;

const preSuffixes = ['alpha', 'beta', 'pre', 'rc'];
const postSuffixes = ['cvs', 'svn', 'git', 'hg', 'p'];

/** apk reads numbers into 64 bits and gives up on this many digits, leading zeros of a later component apart. */
const maxDigits = 18;

/** Receives every token: its type, its place in the text, and its value. */
export type TokenSink = (type: TokenType, start: number, end: number) => void;

/**
 * Turns a version into a list that orders as apk does when compared item by item: value, rank of what follows, value, rank …,
 * up to the rank of the end or of the first thing that is no part of the grammar.
 * Apk itself compares while it reads, up to the first difference; this is the same walk with both sides recorded.
 *
 * @returns the list, and where the text goes on although the grammar, fulfilled so far, does not (else the text's length)
 */
export function tokenise(text: string, sink?: TokenSink): { readonly keys: Numeral[]; readonly end: number } {
  const keys: Numeral[] = [];
  let type: TokenType = 'digit';
  let at = 0;
  while (type !== 'end' && type !== 'invalid') {
    const start: number = at;
    const token: Token = readToken(text, at, type);
    keys.push(token.value);
    sink?.(type, start, token.end);
    at = token.end;
    if (token.failed) {
      keys.push(ranks.invalid);
      return { keys, end: text.length };
    }
    if (at >= text.length) type = 'end';
    else if (token.zeros) type = 'digit';
    else [type, at] = nextType(text, at, type);
    keys.push(rank(text, at, type));
  }
  return { keys, end: at };
}

interface Token {
  readonly value: Numeral;
  readonly end: number;
  /** leading zeros of a component were read; its other digits follow as a token of their own */
  readonly zeros?: true;
  readonly failed?: true;
}

function readToken(text: string, at: number, type: TokenType): Token {
  if (at >= text.length) return { value: 0, end: at };
  if (type === 'letter') return { value: text.charCodeAt(at), end: at + 1 };
  if (type === 'suffix') return readSuffix(text, at);
  let end = at;
  if (type === 'digit-or-zero' && text[at] === '0') {
    while (text[end] === '0') end++;
    return { value: at - end, end, zeros: true };
  }
  while (isDigit(text, end)) end++;
  if (end - at >= maxDigits) return { value: -1, end: at, failed: true };
  return { value: end === at ? 0 : numeral(text.slice(at, end)), end };
}

/** Pre-release suffixes are negative, so that they come before a version without one. */
function readSuffix(text: string, at: number): Token {
  const before = preSuffixes.findIndex((name) => text.startsWith(name, at));
  if (before >= 0) return { value: before - preSuffixes.length, end: at + preSuffixes[before]!.length };
  const after = postSuffixes.findIndex((name) => text.startsWith(name, at));
  if (after >= 0) return { value: after, end: at + postSuffixes[after]!.length };
  return { value: -1, end: at, failed: true };
}

/** The type of the token after `type`, and where its value begins (behind `.`, `_` or `-r`). */
function nextType(text: string, at: number, type: TokenType): [TokenType, number] {
  const [next, start] = namedType(text, at, type);
  return follows(type, next) ? [next, start] : ['invalid', at];
}

function namedType(text: string, at: number, type: TokenType): [TokenType, number] {
  const code = text.charCodeAt(at);
  if ((type === 'digit' || type === 'digit-or-zero') && code >= 0x61 && code <= 0x7a) return ['letter', at];
  if (isDigit(text, at)) {
    if (type === 'letter') return ['digit', at];
    if (type === 'suffix') return ['suffix-number', at];
    return ['invalid', at];
  }
  if (text[at] === '.') return ['digit-or-zero', at + 1];
  if (text[at] === '_') return ['suffix', at + 1];
  if (text.startsWith('-r', at)) return ['revision', at + 2];
  return ['invalid', at];
}

function follows(type: TokenType, next: TokenType): boolean {
  if (stages[next] >= stages[type]) return true;
  return (
    (next === 'digit-or-zero' && type === 'digit') ||
    (next === 'suffix' && type === 'suffix-number') ||
    (next === 'digit' && type === 'letter')
  );
}

function rank(text: string, at: number, type: TokenType): number {
  switch (type) {
    case 'end':
      return ranks.end;
    case 'revision':
      return ranks.revision;
    case 'suffix-number':
      return ranks.suffixNumber;
    case 'suffix':
      return readToken(text, at, type).value < 0 ? ranks.preSuffix : ranks.suffix;
    case 'letter':
      return ranks.letter;
    case 'digit':
      return ranks.digit;
    case 'digit-or-zero':
      return ranks.digitOrZero;
    case 'invalid':
      return ranks.invalid;
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
