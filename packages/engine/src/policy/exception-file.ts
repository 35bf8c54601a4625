import type { Node } from 'yaml';
import { isDate } from './days.ts';
import { type YamlLimits, YamlReader } from './yaml-reader.ts';

const limits: YamlLimits = { maxCharacters: 1_048_576, maxDepth: 20, maxAliases: 100, maxProblems: 50 };

/** Waives findings until a date. */
export interface Exception {
  /** of the vulnerability (any of its names), rule, kind of secret or `DISTRO-VERSION`; `*` and `?` are wildcards */
  readonly id: string;
  /** glob over the package's name, or over its purl when it begins with `pkg:`; null: any */
  readonly package: string | null;
  /** glob over the absolute path of the file that a finding is about; null: any */
  readonly path: string | null;
  /** glob over the image's reference; null: any */
  readonly image: string | null;
  readonly reason: string;
  readonly owner: string;
  /** the last day on which it excuses, `YYYY-MM-DD` */
  readonly expires: string;
  /** `exceptions.yaml#2`, counted from 1 */
  readonly source: string;
}

export interface ExceptionFile {
  readonly source: string;
  readonly exceptions: readonly Exception[];
}

/**
 * Reads an exceptions file: a list of entries, or a mapping whose field `exceptions` is that list.
 *
 * @param source what its problems are named after: the path of the file
 * @throws PolicyError `EXCEPTIONS_INVALID` with everything that is wrong, each with line and column
 */
export function loadExceptions(text: string, source: string): ExceptionFile {
  const reader = new YamlReader(text, source, limits);
  const root = reader.root();
  const nodes = root && entries(reader, root);
  const exceptions = nodes?.map((node, index) => readException(reader, node, `${source}#${index + 1}`)) ?? [];
  reader.finish('EXCEPTIONS_INVALID');
  return { source, exceptions: exceptions.filter((exception) => exception !== undefined) };
}

function entries(reader: YamlReader, root: Node): readonly Node[] {
  if (!reader.isMapping(root)) return reader.list(root, 'exceptions');
  const mapping = reader.mapping(root, 'exceptions', ['exceptions']);
  const list = mapping?.entries.get('exceptions');
  if (list === undefined && !mapping?.misspelt.has('exceptions')) reader.problem(root, 'the file has no "exceptions"');
  return list === undefined ? [] : reader.list(list, 'exceptions');
}

function readException(reader: YamlReader, node: Node, source: string): Exception | undefined {
  const mapping = reader.mapping(node, 'an exception', [
    'id',
    'package',
    'path',
    'image',
    'reason',
    'owner',
    'expires',
  ]);
  if (mapping === undefined) return undefined;
  const required = (field: string) => {
    const at = mapping.entries.get(field);
    if (at !== undefined) return reader.text(at, field);
    return mapping.misspelt.has(field) ? undefined : reader.problem(mapping.node, `the exception has no "${field}"`);
  };
  const optional = (field: string) => {
    const at = mapping.entries.get(field);
    return at === undefined ? null : reader.text(at, field);
  };
  const id = required('id');
  const pkg = optional('package');
  const path = optional('path');
  const image = optional('image');
  const reason = required('reason');
  const owner = required('owner');
  const expires = required('expires');
  if (expires !== undefined && !isDate(expires)) {
    return reader.problem(mapping.entries.get('expires')!, `"${expires}" is no date; write YYYY-MM-DD`);
  }
  if (!id || !reason || !owner || !expires || pkg === undefined || path === undefined || image === undefined)
    return undefined;
  return { id, package: pkg, path, image, reason, owner, expires, source };
}
