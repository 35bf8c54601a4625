import { orderingSign } from './numeral.ts';
import type { VersionScheme } from './scheme.ts';
import { findScheme } from './schemes.ts';

/** One line of a vector file with which the scheme disagrees. */
interface Disagreement {
  /** counted from 1 */
  readonly line: number;
  readonly text: string;
  /** what the line says, and what the scheme says: `<`, `=`, `>`; `in`, `out`; `valid`, `invalid`; else why it has no answer */
  readonly expected: string;
  readonly actual: string;
}

export type VectorCheck =
  | { readonly checked: number; readonly disagreements: readonly Disagreement[] }
  | { readonly unknownScheme: string };

/** What the scheme says of a line's columns beside what the line says; undefined: not a line of this form. */
type Judge = (columns: readonly string[]) => { readonly expected: string; readonly actual: string } | undefined;

/**
 * Holds a vector file against a scheme. Lines beginning with `# ` and empty lines are not cases; columns are separated by
 * tabs, further ones are ignored.
 *
 * @param scheme `SCHEME` for lines `A OP B`, `SCHEME-ranges` for `VERSION in|out RANGE OPTIONS` (`""` is the empty range,
 * options `-` or `includePrerelease`), `SCHEME-validity` for `valid|invalid VERSION` (a line break as `\n`)
 * @returns `unknownScheme` also where the scheme has no range grammar
 */
export function checkVectors(scheme: string, text: string): VectorCheck {
  const judge = judgeFor(scheme);
  if (judge === undefined) return { unknownScheme: scheme };
  const disagreements: Disagreement[] = [];
  let checked = 0;
  let line = 0;
  for (const raw of text.split('\n')) {
    line++;
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (content === '' || content.startsWith('# ')) continue;
    checked++;
    const { expected, actual } = judge(content.split('\t')) ?? {
      expected: 'a vector',
      actual: 'not a line of this form',
    };
    if (expected !== actual) disagreements.push({ line, text: content, expected, actual });
  }
  return { checked, disagreements };
}

function judgeFor(name: string): Judge | undefined {
  const [, base = '', form = ''] = /^(.*?)(-ranges|-validity)?$/s.exec(name) ?? [];
  const scheme = findScheme(base);
  if (scheme === undefined) return undefined;
  if (form === '-validity') return (columns) => judgeValidity(scheme, columns);
  if (form === '-ranges') return scheme.ranges && ((columns) => judgeRange(scheme, columns));
  return (columns) => judgeOrder(scheme, columns);
}

function judgeOrder(scheme: VersionScheme, [left, sign, right]: readonly string[]): ReturnType<Judge> {
  if (left === undefined || right === undefined || (sign !== '<' && sign !== '=' && sign !== '>')) return undefined;
  const a = scheme.parse(left);
  const b = scheme.parse(right);
  if (a === undefined) return { expected: sign, actual: `not a version: ${left}` };
  if (b === undefined) return { expected: sign, actual: `not a version: ${right}` };
  return { expected: sign, actual: orderingSign(scheme.compare(a, b)) };
}

/** What is no version is in no range, and nothing is in what is no range: that is what the ecosystems' tools answer. */
function judgeRange(scheme: VersionScheme, [text, expected, range, options]: readonly string[]): ReturnType<Judge> {
  if (text === undefined || range === undefined || (expected !== 'in' && expected !== 'out')) return undefined;
  const version = scheme.parse(text);
  const includePrerelease = options === 'includePrerelease';
  const test = scheme.ranges?.parse(range === '""' ? '' : range, { includePrerelease });
  const inside = version !== undefined && test?.(version) === true;
  return { expected, actual: inside ? 'in' : 'out' };
}

/** A line break in a version is written `\n`: tools differ in whether they forgive one around it. */
function judgeValidity(scheme: VersionScheme, [expected, written]: readonly string[]): ReturnType<Judge> {
  if (written === undefined || (expected !== 'valid' && expected !== 'invalid')) return undefined;
  const text = written.replaceAll('\\n', '\n');
  const valid = scheme.accepts === undefined ? scheme.parse(text) !== undefined : scheme.accepts(text);
  return { expected, actual: valid ? 'valid' : 'invalid' };
}
