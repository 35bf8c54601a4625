/** JSON in pieces: one line an entry, so that a document with many packages is never one string. */
import { escapeInvisible } from '../json-text.ts';

/** One property of the top level; its value is `Listed` or `Written` where it may be long. */
export type Section = readonly [name: string, value: unknown];

/** Entries of an array, made one at a time. */
export class Listed {
  readonly entries: Iterable<unknown>;
  constructor(entries: Iterable<unknown>) {
    this.entries = entries;
  }
}

/** A value whose JSON comes in pieces, as it is. */
export class Written {
  readonly pieces: Iterable<string>;
  constructor(pieces: Iterable<string>) {
    this.pieces = pieces;
  }
}

/** An object of these properties, of which those that are undefined are left out. */
export function* jsonPieces(sections: Iterable<Section>): Generator<string> {
  let separator = '{\n';
  for (const [name, value] of sections) {
    if (value === undefined) continue;
    yield `${separator}  ${JSON.stringify(name)}: `;
    separator = ',\n';
    if (value instanceof Listed) yield* listPieces(value);
    else if (value instanceof Written) yield* value.pieces;
    else yield escapeInvisible(JSON.stringify(value));
  }
  yield '\n}\n';
}

/** The array as `jsonPieces` writes it. */
export function* listPieces({ entries }: Listed): Generator<string> {
  let separator = '[\n    ';
  for (const entry of entries) {
    yield separator + escapeInvisible(JSON.stringify(entry));
    separator = ',\n    ';
  }
  yield separator === '[\n    ' ? '[]' : '\n  ]';
}
