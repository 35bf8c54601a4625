import type { SecretSeverity } from '../../types.ts';

/** One kind of secret, as data. A new one is a line in a table of kinds/, and a sample in the test beside them. */
export interface SecretKind {
  /** `github-token`; what rules and exceptions name it by */
  readonly id: string;
  readonly title: string;
  readonly severity: SecretSeverity;
  /** ASCII, at least 4 bytes, found whatever their case: nothing else of a text is looked at any closer */
  readonly keywords: readonly string[];
  /** Sticky, tried where a keyword begins, or (see `before`) searched around it; linear on a window. Group 1, else the whole, is the secret. */
  readonly pattern: RegExp;
  /** the token begins before the keyword, by as many characters at most; the pattern itself looks at what stands before it */
  readonly before?: number;
  /** false: the keyword may be the end of a longer word (`DB_PASSWORD`) */
  readonly wordStart?: false;
  /** the keyword is followed by `=` or `:` and a value */
  readonly assigned?: true;
  /** bits per character that the secret has at least */
  readonly entropy?: number;
  /** the token carries a checksum, or a form that can be decoded: false where it is wrong */
  readonly genuine?: (secret: string) => boolean;
  /** what is not genuine is no secret at all, else it is listed as an example */
  readonly onlyGenuine?: true;
  /** in the configuration of an image alone: its environment, labels, history */
  readonly configuration?: true;
  /** in files with such a path alone (relative, as in a layer) */
  readonly paths?: RegExp;
  /** weak by itself: not looked for in what package managers install, which is full of code and documentation */
  readonly broad?: boolean;
  /** characters at the beginning of the secret that are the same for all of this kind and may be shown, at most 4 */
  readonly shown: number;
  /** bytes behind the keyword that the pattern may look at */
  readonly window?: number;
}

type Options = Partial<Omit<SecretKind, 'id' | 'title' | 'severity' | 'keywords' | 'pattern'>>;

const shownAtMost = 4;

export const hexadecimal = [...'0123456789abcdef'];
export const letters = [...'abcdefghijklmnopqrstuvwxyz'];
export const alphanumeric = [...letters, ...'0123456789'];
export const wordCharacters = [...alphanumeric, '_', '-'];

/** A prefix that is too short for a keyword, with the characters that may follow it, in lower case. */
export interface ShortPrefix {
  readonly prefix: string;
  readonly keywords: readonly string[];
}

export function begun(prefix: string, next: readonly string[]): ShortPrefix {
  return { prefix, keywords: next.map((each) => prefix + each) };
}

/** A token that begins with a public prefix: `glpat-` and 20 characters. `body` is the source of a regular expression. */
export function token(
  id: string,
  title: string,
  severity: SecretSeverity,
  prefixes: string | readonly string[] | ShortPrefix,
  body: string,
  options: Options = {},
): SecretKind {
  const given = typeof prefixes === 'string' ? [prefixes] : prefixes;
  const keywords = 'prefix' in given ? given.keywords : given;
  const begins = 'prefix' in given ? [given.prefix] : given;
  const escaped = begins.map((prefix) => prefix.replace(/[.$+?|()[\]{}\\^*/]/g, '\\$&'));
  // what may hold the signs of Base64 ends before none of them: else a blob of it would be cut into tokens
  const end = body.includes('+/') ? '[\\w+/=-]' : '[\\w-]';
  const pattern = new RegExp(`(?:${escaped.join('|')})${body}(?!${end})`, 'y');
  const shown = Math.min(shownAtMost, ...begins.map(({ length }) => length));
  return { id, title, severity, keywords, pattern, shown, ...options };
}

/** A value without a form of its own that is assigned to a name which says what it is: `heroku_api_key = "…"`. */
export function assigned(
  id: string,
  title: string,
  severity: SecretSeverity,
  names: readonly string[],
  value: string,
  options: Options = {},
): SecretKind {
  const pattern = new RegExp(
    `(?:${names.join('|')})[\\w.-]{0,24}["'\\]]{0,2}[ \\t]{0,4}(?:=>|:=|=|:)[ \\t]{0,4}["'\`]?(${value})(?![\\w+/-])`,
    'iy',
  );
  return {
    id,
    title,
    severity,
    keywords: names,
    pattern,
    wordStart: false,
    assigned: true,
    broad: true,
    shown: 0,
    ...options,
  };
}
