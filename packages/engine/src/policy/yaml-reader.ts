import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  Scalar,
} from 'yaml';
import { PolicyError, type PolicyErrorCode } from './error.ts';
import type { FieldMapping, FieldReader } from './field-reader.ts';
import { shallowLexemes } from './flow-nesting.ts';
import { nearestName, suggestion } from './nearest.ts';

export interface YamlLimits {
  /** of the whole text; the parser takes 3 s for a million */
  readonly maxCharacters: number;
  /** nesting of lists and mappings; composing recurses */
  readonly maxDepth: number;
  /** finding the anchor of an alias walks the whole document */
  readonly maxAliases: number;
  /** problems that are listed; the rest is counted */
  readonly maxProblems: number;
}

export type YamlMapping = FieldMapping<Node>;

/**
 * One YAML file that people write, read strictly: every problem is kept with its line and column, unknown fields are
 * named with the nearest known one, and reading goes on so that all problems come at once. Aliases are followed; only
 * what the format asks for is visited, so that aliases of aliases expand to nothing.
 *
 * @see https://yaml.org/spec/1.2.2/ (the core schema: `yes` and dates are strings)
 */
export class YamlReader implements FieldReader<Node> {
  readonly source: string;
  readonly #text: string;
  readonly #limits: YamlLimits;
  readonly #lines = new LineCounter();
  readonly #problems: { readonly offset: number; readonly message: string }[] = [];
  #document: Document.Parsed | undefined;
  #aliases = 0;

  constructor(text: string, source: string, limits: YamlLimits) {
    this.source = source;
    this.#text = text;
    this.#limits = limits;
  }

  /** The one document of the file; undefined when it cannot be read (the problems say why). */
  root(): Node | undefined {
    const { maxCharacters, maxDepth } = this.#limits;
    if (this.#text.length > maxCharacters) {
      return this.problem(0, `the file has ${this.#text.length} characters; ${maxCharacters} are allowed`);
    }
    const tokens: CST.Token[] = [];
    const parser = new Parser(this.#lines.addNewLine);
    this.#lines.addNewLine(0);
    let deep: number | undefined;
    const note = (offset: number) => {
      deep = offset;
    };
    for (const lexeme of shallowLexemes(this.#text, maxDepth, note)) tokens.push(...parser.next(lexeme));
    tokens.push(...parser.end());
    deep ??= tooDeep(tokens, maxDepth);
    if (deep !== undefined) return this.problem(deep, `nested more than ${maxDepth} deep`);
    // comparing each key with all others is quadratic: duplicates are found in `mapping`
    const composer = new Composer({ uniqueKeys: false, schema: 'core', stringKeys: true, logLevel: 'silent' });
    const documents = [...composer.compose(tokens, true, this.#text.length)];
    const [document] = documents;
    if (document === undefined) return this.problem(0, 'the file is empty');
    for (const error of document.errors) this.problem(error.pos[0], `this is no YAML: ${firstLine(error.message)}`);
    if (this.#problems.length > 0) return undefined;
    if (documents.length > 1) return this.problem(documents[1]!.range[0], 'the file holds more than one document');
    this.#document = document;
    return document.contents ?? this.problem(0, 'the file is empty');
  }

  problem(at: number | Node, message: string): undefined {
    this.#problems.push({ offset: typeof at === 'number' ? at : start(at), message });
  }

  /** @throws PolicyError with all problems, one line each, in the order of the file */
  finish(code: PolicyErrorCode): void {
    if (this.#problems.length === 0) return;
    const { maxProblems } = this.#limits;
    const sorted = [...this.#problems].sort((a, b) => a.offset - b.offset);
    const lines = sorted.slice(0, maxProblems).map(({ offset, message }) => `${this.position(offset)}: ${message}`);
    if (sorted.length > maxProblems) lines.push(`${this.source}: ${sorted.length - maxProblems} more problems`);
    throw new PolicyError(code, lines);
  }

  /** `policy.yaml:7:19` */
  position(offset: number): string {
    if (this.#lines.lineStarts.length === 0) return `${this.source}:1:1`;
    const { line, col } = this.#lines.linePos(offset);
    return `${this.source}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }

  /** `cases.yaml:12:5` */
  place(at: Node): string {
    return this.position(start(at));
  }

  isMapping(at: Node): boolean {
    return isMap(at);
  }

  isList(at: Node): boolean {
    return isSeq(at);
  }

  /** A value that is left out, or written as null. */
  isEmpty(at: Node): boolean {
    return isScalar(at) && at.value === null;
  }

  /** The fields of a mapping, known ones only. `what` names the mapping: `a rule`. */
  mapping(at: Node, what: string, fields: readonly string[]): YamlMapping | undefined {
    return this.#entries(at, what, fields);
  }

  /**
   * The entries of a mapping whose keys the author chooses.
   *
   * @param lastCounts a key may stand there twice; the last one counts, as for the reader that the file was written for
   */
  freeMapping(at: Node, what: string, lastCounts = false): YamlMapping | undefined {
    return this.#entries(at, what, undefined, lastCounts);
  }

  #entries(at: Node, what: string, fields: readonly string[] | undefined, lastCounts = false): YamlMapping | undefined {
    const node = this.#follow(at);
    if (!isMap<ParsedNode, ParsedNode | null>(node)) {
      if (node !== undefined) this.problem(at, `${what} must be a mapping of fields`);
      return undefined;
    }
    const entries = new Map<string, Node>();
    const misspelt = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined) {
        this.problem(key, 'a field must have a plain name');
      } else if (fields !== undefined && !fields.includes(name)) {
        this.problem(key, `unknown field "${name}"${suggestion(name, fields)}`);
        misspelt.add(nearestName(name, fields) ?? name);
      } else if (entries.has(name) && !lastCounts) {
        this.problem(key, `"${name}" stands here twice`);
      } else {
        entries.set(name, value ?? key);
      }
    }
    return { node, entries, misspelt };
  }

  /** The elements of a list. */
  list(at: Node, what: string): readonly Node[] {
    const node = this.#follow(at);
    if (isSeq<ParsedNode>(node)) return node.items;
    if (node !== undefined) this.problem(at, `${what} must be a list`);
    return [];
  }

  /** The elements of a list, or what stands in its place as the only one. */
  elements(at: Node): readonly Node[] {
    const node = this.#follow(at);
    return isSeq<ParsedNode>(node) ? node.items : node === undefined ? [] : [at];
  }

  /** One text or a list of them, none empty. */
  texts(at: Node, what: string): readonly string[] | undefined {
    const nodes = this.elements(at);
    const texts = nodes.map((node) => this.text(node, what)).filter((text) => text !== undefined);
    if (nodes.length === 0) return this.problem(at, `${what} must not be empty`);
    return texts.length === nodes.length ? texts : undefined;
  }

  /** A text that is not empty. Numbers and truth values are taken as written, so that `1.10` stays what it is. */
  text(at: Node, what: string): string | undefined {
    const node = this.#follow(at);
    if (node === undefined) return undefined;
    if (isScalar(node) && node.value !== null) {
      const text = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
      if (text.trim() !== '') return text;
    }
    return this.problem(at, `${what} must be a text`);
  }

  /** A text out of a fixed set. */
  choice<T extends string>(at: Node, what: string, choices: readonly T[]): T | undefined {
    const text = this.text(at, what);
    const found = choices.find((choice) => choice === text);
    if (text === undefined || found !== undefined) return found;
    return this.problem(at, `"${text}" is no ${what}${suggestion(text, choices)}`);
  }

  /** A number, text or truth value. */
  scalar(at: Node, what: string): number | string | boolean | undefined {
    const node = this.#follow(at);
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return node === undefined ? undefined : this.problem(at, `${what} must be a number, a text, true or false`);
  }

  /**
   * Where a character of a scalar's value stands in the file. Quotes, escapes, folding and indentation are stepped over by
   * looking for the value's characters in the source, which is exact for all but numeric escapes.
   */
  offsetInText(at: Node, index: number): number {
    const node = this.#follow(at);
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return start(at);
    const [from, to] = node.range;
    let offset = node.type === Scalar.PLAIN ? from : from + 1;
    if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) {
      offset = this.#text.indexOf('\n', from) + 1;
    }
    let last = offset;
    for (let position = 0; position <= index && position < node.value.length; position++) {
      const character = node.value.charAt(position);
      if (character.trim() === '') continue;
      const found = this.#text.indexOf(character, offset);
      if (found < 0 || found >= to) break;
      last = found;
      offset = found + 1;
    }
    return last;
  }

  #follow(node: Node): Node | undefined {
    if (!isAlias(node)) return node;
    if (++this.#aliases > this.#limits.maxAliases) {
      if (this.#aliases === this.#limits.maxAliases + 1) this.problem(node, 'the file uses too many aliases');
      return undefined;
    }
    const resolved = this.#document && (node as Alias).resolve(this.#document);
    return resolved ?? this.problem(node, `there is no anchor "${(node as Alias).source}"`);
  }
}

function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

/** The offset of a token that lies too deep. Without recursion, unlike everything that comes after. */
function tooDeep(tokens: readonly CST.Token[], maxDepth: number): number | undefined {
  const waiting: { readonly token: CST.Token; readonly depth: number }[] = [];
  for (const token of tokens) waiting.push({ token, depth: 0 });
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return 'offset' in token ? token.offset : 0;
    if (token.type === 'document' && token.value) waiting.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) waiting.push({ token: key, depth: depth + 1 });
      if (value) waiting.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}
