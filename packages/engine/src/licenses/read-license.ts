import { currentLicense, listedLicense, namedLicense, withException } from './license-names.ts';
import { joined, type LicenseNode, leaves } from './license-node.ts';
import { licenseOfUrl } from './license-urls.ts';
import { readSpdxExpression } from './spdx-expression.ts';

/** Characters; a longer text is a licence, and no name of one. */
const maxChars = 4000;
const maxDepth = 20;
/** Words of names that stand side by side without an operator. */
const maxWords = 12;

/** Package types of which several declared licences are a choice; of the others all of them apply. */
const choiceTypes: ReadonlySet<string> = new Set(['maven', 'npm', 'composer']);

/** What a name means that is the package's own; null: it is not told either. */
export type OwnNames = (name: string) => LicenseNode | null;
const noOwnNames: OwnNames = () => null;

/**
 * What a package declares, as one expression; null where it declares nothing.
 *
 * @param type of the package, a purl type
 * @param texts `GPLv2+ and LGPLv2+`, `License :: OSI Approved :: MIT License`, an address …
 * @param own asked for names that mean nothing by themselves
 */
export function readLicenses(type: string, texts: readonly string[], own = noOwnNames): LicenseNode | null {
  const nodes = texts.flatMap((text) => (text.trim() === '' ? [] : [readLicense(text, type === 'ebuild', own)]));
  return joined(choiceTypes.has(type) ? 'or' : 'and', nodes);
}

/** @param portage `|| ( A B )` is a choice, and names side by side all apply */
export function readLicense(declared: string, portage = false, own = noOwnNames): LicenseNode {
  const asWords: LicenseNode = { kind: 'text', text: declared, base: null };
  if (declared.length > maxChars) return asWords;
  const exact = readSpdxExpression(declared) ?? listedLicense(declared);
  if (exact !== null) return named(exact);
  const text = simplified(declared);
  const exactly = readSpdxExpression(text);
  const meant = (name: string) => namedLicense(name) ?? own(name) ?? variantOf(name);
  const read = exactly === undefined ? (meant(text) ?? readWords(text, portage, meant)) : named(exactly);
  if (read?.kind === 'text' && read.base !== null) return { ...read, text: declared };
  return read !== null && [...leaves(read)].some((leaf) => leaf.kind === 'id' || leaf.base !== null) ? read : asWords;
}

/** Names that the list of SPDX leaves to everybody, where they mean what other words mean too. */
function named(node: LicenseNode): LicenseNode {
  if (node.kind === 'id' && node.id.startsWith('LicenseRef-')) return namedLicense(node.id) ?? node;
  return 'parts' in node ? { ...node, parts: node.parts.map(named) } : currentLicense(node);
}

/** One spelling for what is written in several ways: white space, `or later`, R's `(>= 2)`, classifiers, addresses. */
function simplified(text: string): string {
  const one = text.replace(/\s+/g, ' ').trim();
  const name = one.startsWith('License ::') ? one.slice(one.lastIndexOf(':: ') + 3) : one;
  return (licenseOfUrl(name) ?? name)
    .replace(/ ?\+ ?file licen[cs]e$/i, '')
    .replace(/\bSUSE-/g, '')
    .replace(/\band\/or\b/gi, 'or')
    .replace(/\bw\/ ?|-with-/gi, ' with ')
    .replace(/\(>= ?(\d[\d.]*)\)/g, '$1+')
    .replace(/>= ?(\d[\d.]*)/g, '$1+')
    .replace(
      /[- ](?:or|and)[- ](?:\(?at your option\)? )?(?:any )?(?:later|newer|greater|higher)(?: versions?)?/gi,
      '+',
    )
    .replace(/\b((?:L|A)?GPL-[\d.]+\+?)-([\w.]+)[-_]exception\b/gi, '$1 with $2 exception')
    .replace(/, ?(?=v(?:er(?:sion)?)?\.? ?\d)/gi, ' ');
}

/** `BSD-3-clause-Regents`, `BSD-2-clause~author`: who Debian says holds the rights; the terms are those of the licence. */
function variantOf(name: string): LicenseNode | null {
  const base = /^(BSD-[234]-clause)[~-]\w[\w.-]*$/i.exec(name)?.[1];
  return base === undefined ? null : { kind: 'text', text: name, base: listedLicense(base) };
}

type Token = '(' | ')' | ',' | 'and' | 'or' | 'with' | 'any(' | { readonly word: string };

function tokensOf(text: string, portage: boolean, meant: OwnNames): readonly Token[] {
  const found = text.match(/\|\|? ?\(|[(),;]|&&?|\|\|?|[^\s(),;&|]+/g) ?? [];
  return found.flatMap((part): Token[] => {
    const word = part.toLowerCase();
    if (word === '(' || word === ')' || word === 'and' || word === 'or' || word === 'with') return [word];
    if (word === ',' || word === ';') return [','];
    if (word.endsWith('(')) return portage ? ['any('] : ['or', '('];
    if (word.startsWith('&') || word === '+' || word === 'plus') return ['and'];
    if (word.startsWith('|') || word === '/') return ['or'];
    const pieces = meant(part) === null ? part.split('/').filter((piece) => piece !== '') : [part];
    return pieces.flatMap((piece, index): Token[] => (index === 0 ? [{ word: piece }] : ['or', { word: piece }]));
  });
}

/** Names joined by words and signs, in parentheses or not; null where they are no sentence. */
function readWords(text: string, portage: boolean, meant: OwnNames): LicenseNode | null {
  const tokens = tokensOf(text, portage, meant);
  let at = 0;
  const isWord = () => typeof tokens[at] === 'object';
  const take = (token: Token) => tokens[at] === token && ++at > 0;

  /** Commas bind less than words; one before a word gives it its place. */
  const list = (depth: number): LicenseNode | null => {
    let left = depth > maxDepth ? null : anyOf(depth);
    while (left !== null && take(',')) {
      if (at === tokens.length) break;
      const kind = take('or') ? 'or' : 'and';
      take('and');
      const right = anyOf(depth);
      left = right && joined(kind, [left, right]);
    }
    return left;
  };
  const anyOf = (depth: number): LicenseNode | null => {
    const choices: LicenseNode[] = [];
    do {
      const choice = allOf(depth);
      if (choice === null) return null;
      choices.push(choice);
    } while (take('or'));
    return joined('or', choices);
  };
  const allOf = (depth: number): LicenseNode | null => {
    const parts: LicenseNode[] = [];
    do {
      const part = unit(depth);
      if (part === null) return null;
      parts.push(part);
    } while (take('and') || (portage && (isWord() || tokens[at] === '(' || tokens[at] === 'any(')));
    return joined('and', parts);
  };
  const unit = (depth: number): LicenseNode | null => {
    if (tokens[at] === 'any(' || tokens[at] === '(') {
      const choice = tokens[at++] === 'any(';
      const inner = list(depth + 1);
      if (!take(')')) return null;
      return choice && inner?.kind === 'and' ? joined('or', inner.parts) : inner;
    }
    const name = words();
    if (name.length === 0) return null;
    const license = portage ? allNamed(name) : (meant(name.join(' ')) ?? allNamed(name));
    if (!take('with')) return license ?? { kind: 'text', text: name.join(' '), base: null };
    const exception = words().join(' ');
    const whole = `${name.join(' ')} with ${exception}`;
    return license === null ? { kind: 'text', text: whole, base: null } : withException(license, exception, whole);
  };
  const words = (): string[] => {
    const taken: string[] = [];
    for (let token = tokens[at]; typeof token === 'object'; token = tokens[++at]) taken.push(token.word);
    return taken;
  };

  const node = list(0);
  return at === tokens.length ? node : null;
}

/** `MPL-2.0 GPL-2.0-or-later`: several names one after the other, all of which are known. */
function allNamed(words: readonly string[]): LicenseNode | null {
  if (words.length > maxWords) return null;
  const parts: LicenseNode[] = [];
  for (let at = 0; at < words.length; ) {
    let end = words.length;
    let found: LicenseNode | null = null;
    while (end > at && found === null) found = namedLicense(words.slice(at, end--).join(' '));
    if (found === null) return null;
    parts.push(found);
    at = end + 1;
  }
  return joined('and', parts);
}
