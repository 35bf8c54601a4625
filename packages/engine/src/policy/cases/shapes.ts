import type { Node } from 'yaml';
import { isDate } from '../days.ts';
import type { YamlReader } from '../yaml-reader.ts';

/** Reads one value of a YAML file; undefined: it is wrong, which the reader was told. */
export type Read<T> = (reader: YamlReader, at: Node, what: string) => T | undefined;

/** What a shape reads. */
export type Shaped<R> = R extends Read<infer T> ? T : never;

/** A text, also an empty one. */
export const text: Read<string> = (reader, at, what) => (isEmptyText(reader, at) ? '' : reader.text(at, what));

function isEmptyText(reader: YamlReader, at: Node): boolean {
  return !reader.isMapping(at) && !reader.isList(at) && !reader.isEmpty(at) && reader.scalar(at, 'it') === '';
}

export const flag: Read<boolean> = (reader, at, what) => {
  const value = reader.scalar(at, what);
  if (typeof value === 'boolean' || value === undefined) return value;
  return reader.problem(at, `${what} must be true or false`);
};

export const number: Read<number> = (reader, at, what) => {
  const value = reader.scalar(at, what);
  if (typeof value === 'number' || value === undefined) return value;
  return reader.problem(at, `${what} must be a number`);
};

export const date: Read<string> = (reader, at, what) => {
  const value = reader.text(at, what);
  if (value === undefined || isDate(value)) return value;
  return reader.problem(at, `"${value}" is no date; write YYYY-MM-DD`);
};

export function oneOf<const T extends string>(choices: readonly T[]): Read<T> {
  return (reader, at, what) => reader.choice(at, what, choices);
}

/** `~` and `null` stand for what is not known. */
export function nullable<T>(read: Read<T>): Read<T | null> {
  return (reader, at, what) => (reader.isEmpty(at) ? null : read(reader, at, what));
}

/** The first where the value is a scalar, else the other. */
export function scalarOr<A, B>(scalar: Read<A>, other: Read<B>): Read<A | B> {
  return (reader, at, what) =>
    reader.isMapping(at) || reader.isList(at) ? other(reader, at, what) : scalar(reader, at, what);
}

const maxElements = 2000;

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (reader, at, what) => {
    const nodes = reader.list(at, what);
    if (nodes.length > maxElements) return reader.problem(at, `${what} has more than ${maxElements} elements`);
    const values = nodes.map((node) => read(reader, node, what));
    return values.filter((value) => value !== undefined);
  };
}

export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (reader, at, what) => {
    const entries = [...(reader.freeMapping(at, what)?.entries ?? [])];
    const values = entries.map(([name, node]) => [name, read(reader, node, `${what} "${name}"`)] as const);
    return Object.fromEntries(values.filter((entry): entry is readonly [string, T & {}] => entry[1] !== undefined));
  };
}

type Fields = Readonly<Record<string, Read<unknown>>>;

/** A mapping whose fields may all be left out. */
export function record<F extends Fields>(fields: F): Read<{ readonly [K in keyof F]?: Shaped<F[K]> }> {
  return (reader, at, what) => {
    const mapping = reader.mapping(at, what, Object.keys(fields));
    if (mapping === undefined) return undefined;
    const values = [...mapping.entries].map(([name, node]) => [name, fields[name]?.(reader, node, name)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as {
      readonly [K in keyof F]?: Shaped<F[K]>;
    };
  };
}
