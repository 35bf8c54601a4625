import type { ParseExpression } from './cel-tree.ts';
import type { FieldMapping, PolicyReader } from './field-reader.ts';

/**
 * Reads values of our own, such as a pack when it is parsed: they are right, and a fault is one of the program.
 * Numbers and truth values stand for their texts, so they must be written as JavaScript writes them.
 */
export class PlainReader implements PolicyReader<unknown> {
  readonly parse: ParseExpression;
  readonly #source: string;

  constructor(source: string, parse: ParseExpression) {
    this.parse = parse;
    this.#source = source;
  }

  mapping(at: unknown, what: string, fields: readonly string[]): FieldMapping<unknown> {
    const mapping = this.freeMapping(at, what);
    for (const name of mapping.entries.keys()) {
      if (!fields.includes(name)) this.problem(at, `${what} has an unknown field "${name}"`);
    }
    return mapping;
  }

  freeMapping(at: unknown, what: string): FieldMapping<unknown> {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return this.problem(at, `${what} is no mapping`);
    return { node: at, entries: new Map(Object.entries(at)), misspelt: new Set() };
  }

  list(at: unknown, what: string): readonly unknown[] {
    return Array.isArray(at) ? at : this.problem(at, `${what} is no list`);
  }

  text(at: unknown, what: string): string {
    const text = String(this.scalar(at, what));
    return text.trim() === '' ? this.problem(at, `${what} is empty`) : text;
  }

  choice<T extends string>(at: unknown, what: string, choices: readonly T[]): T {
    const text = this.text(at, what);
    return choices.find((choice) => choice === text) ?? this.problem(at, `"${text}" is no ${what}`);
  }

  scalar(at: unknown, what: string): number | string | boolean {
    if (typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean') return at;
    return this.problem(at, `${what} is no text`);
  }

  problem(_at: unknown, message: string): never {
    throw new Error(`${this.#source}: ${message}`);
  }

  /** It has no places. */
  offsetInText(): number {
    return 0;
  }
}
