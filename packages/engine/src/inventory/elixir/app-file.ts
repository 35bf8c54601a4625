import { declaredLicenses, isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** What is looked for: `{application, NAME, [{vsn, "1.0"}, {licenses, ["MIT"]}]}`, so the keys stand at this depth. */
const keyDepth = 3;
const mostLicenses = 20;

/**
 * Reads the resource file of an OTP application: an Erlang term.
 *
 * @throws CatalogError when it is none
 * @see https://www.erlang.org/doc/apps/kernel/app.html
 */
export function parseAppFile(body: Buffer): ListedPackage {
  let depth = 0;
  /** elements of the innermost bracket that were begun: 0 before the first */
  let place = 0;
  let key = '';
  let name: string | undefined;
  let version: string | undefined;
  let isApplication = false;
  const licenses: string[] = [];
  for (const { kind, text } of tokens(body.toString('utf8'))) {
    if (kind === 'open') {
      depth += 1;
      place = 0;
      if (depth <= keyDepth) key = '';
    } else if (kind === 'close') {
      depth -= 1;
      place = 1;
    } else if (kind === 'comma') place += 1;
    else if (depth === 1 && place === 0) isApplication = text === 'application';
    else if (depth === 1 && place === 1) name ??= text;
    else if (depth === keyDepth && place === 0) key = text;
    else if (depth === keyDepth && key === 'vsn' && kind === 'string') version ??= text;
    else if (depth === keyDepth + 1 && key === 'licenses' && licenses.length < mostLicenses) licenses.push(text);
  }
  if (!isApplication || !isWord(name) || !isWord(version)) {
    throw new CatalogError('package-manifest-damaged', 'the OTP application file has no readable name and version');
  }
  const purl = buildPurl({ type: 'otp', name, version });
  return { type: 'otp', name, version, purl, licenses: declaredLicenses(licenses) };
}

interface Token {
  readonly kind: 'open' | 'close' | 'comma' | 'string' | 'atom';
  readonly text: string;
}

/** Brackets, commas, `"text"`, `'atom'`, atoms and numbers of Erlang; comments and all else are passed over. */
function* tokens(erlang: string): Generator<Token> {
  for (let at = 0; at < erlang.length; ) {
    const char = erlang[at]!;
    let end = at + 1;
    if (char === '%') {
      const newline = erlang.indexOf('\n', at);
      end = newline < 0 ? erlang.length : newline;
    } else if (char === '$') end = at + (erlang[at + 1] === '\\' ? 3 : 2);
    else if (char === '"' || char === "'") {
      const close = closingQuote(erlang, at);
      yield { kind: char === '"' ? 'string' : 'atom', text: erlang.slice(at + 1, close) };
      end = close + 1;
    } else if (char === '{' || char === '[') yield { kind: 'open', text: char };
    else if (char === '}' || char === ']') yield { kind: 'close', text: char };
    else if (char === ',') yield { kind: 'comma', text: char };
    else if (isWordChar(erlang, at)) {
      while (isWordChar(erlang, end)) end += 1;
      yield { kind: 'atom', text: erlang.slice(at, end) };
    }
    at = end;
  }
}

/** Index of the quote that ends what begins at `start`; the length of the text when none does. */
function closingQuote(erlang: string, start: number): number {
  const quote = erlang.charCodeAt(start);
  for (let at = start + 1; at < erlang.length; at += 1) {
    const code = erlang.charCodeAt(at);
    if (code === quote) return at;
    if (code === 0x5c) at += 1;
  }
  return erlang.length;
}

/** Letters, digits, `_`, `@` and `.` */
function isWordChar(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x40 ||
    code === 0x2e
  );
}
