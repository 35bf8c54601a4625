import type { Node } from 'yaml';
import { findingKinds, fixStates } from '../matching/types.ts';
import { isDate } from './days.ts';
import type { Exception, ExceptionFile } from './exception.ts';
import { exceptionLimits } from './exception-limits.ts';
import { exceptionCategories } from './types.ts';
import { type YamlMapping, YamlReader } from './yaml-reader.ts';

const fields: readonly string[] = [
  'id',
  'kind',
  'package',
  'type',
  'version',
  'path',
  'image',
  'notImage',
  'fix',
  'category',
  'reason',
  'owner',
  'approver',
  'ticket',
  'expires',
  'until',
  // written by `exceptions convert`: what the entry was made of
  'from',
];

/**
 * Reads an exceptions file of our own: a list of entries, or a mapping whose field `exceptions` is that list.
 *
 * @param source what its problems are named after: the path of the file
 * @throws PolicyError `EXCEPTIONS_INVALID` with everything that is wrong, each with line and column
 */
export function loadExceptions(text: string, source: string): ExceptionFile {
  const reader = new YamlReader(text, source, exceptionLimits);
  const root = reader.root();
  const nodes = root && entries(reader, root);
  const exceptions = nodes?.map((node, index) => readException(reader, node, `${source}#${index + 1}`)) ?? [];
  reader.finish('EXCEPTIONS_INVALID');
  return { source, format: null, exceptions: exceptions.filter((exception) => exception !== undefined) };
}

function entries(reader: YamlReader, root: Node): readonly Node[] {
  if (!reader.isMapping(root)) return reader.list(root, 'exceptions');
  const mapping = reader.mapping(root, 'exceptions', ['exceptions']);
  const list = mapping?.entries.get('exceptions');
  if (list === undefined && !mapping?.misspelt.has('exceptions')) reader.problem(root, 'the file has no "exceptions"');
  return list === undefined ? [] : reader.list(list, 'exceptions');
}

function readException(reader: YamlReader, node: Node, source: string): Exception | undefined {
  const mapping = reader.mapping(node, 'an exception', fields);
  if (mapping === undefined) return undefined;
  let whole = true;
  const kept = <T>(value: T | undefined): T | null => {
    if (value === undefined) whole = false;
    return value ?? null;
  };
  const required = (field: string): string | null => {
    const at = mapping.entries.get(field);
    if (at !== undefined) return kept(reader.text(at, field));
    if (!mapping.misspelt.has(field)) reader.problem(mapping.node, `the exception has no "${field}"`);
    whole = false;
    return null;
  };
  const optional = <T>(field: string, read: (at: Node) => T | undefined): T | null => {
    const at = mapping.entries.get(field);
    return at === undefined ? null : kept(read(at));
  };
  const text = (field: string) => optional(field, (at) => reader.text(at, field));
  const texts = (field: string) => optional(field, (at) => reader.texts(at, field));
  const choices = <T extends string>(field: string, all: readonly T[]) =>
    optional(field, (at) => reader.elements(at).map((each) => kept(reader.choice(each, field, all))));
  const date = (field: string) => optional(field, (at) => dateAt(reader, at, field));
  text('from');
  const exception: Exception = {
    id: required('id') ?? '',
    kinds: choices('kind', findingKinds)?.filter((kind) => kind !== null) ?? null,
    package: text('package'),
    type: text('type'),
    version: text('version'),
    path: text('path'),
    images: texts('image'),
    notImages: texts('notImage') ?? [],
    fix: choices('fix', fixStates)?.filter((state) => state !== null) ?? null,
    category: optional('category', (at) => reader.choice(at, 'category', exceptionCategories)),
    reason: required('reason'),
    owner: required('owner'),
    approver: text('approver'),
    ticket: text('ticket'),
    expires: date('expires'),
    untilFixed: optional('until', (at) => reader.choice(at, 'until', ['fixed'])) !== null,
    source,
    honoured: true,
    notes: [],
  };
  checkEnd(reader, mapping);
  checkContradiction(reader, mapping, exception);
  return whole ? exception : undefined;
}

function checkEnd(reader: YamlReader, { entries: given, misspelt, node }: YamlMapping): void {
  if (['expires', 'until'].some((field) => given.has(field) || misspelt.has(field))) return;
  reader.problem(node, 'the exception has no "expires" (a date) and no "until" (fixed)');
}

/** What can never be true of any finding is a mistake, and no exception that is merely unused. */
function checkContradiction(reader: YamlReader, mapping: YamlMapping, exception: Exception): void {
  const at = (field: string) => mapping.entries.get(field) ?? mapping.node;
  if (exception.untilFixed && exception.fix?.every((state) => state === 'fixed')) {
    reader.problem(at('fix'), 'it is for findings with a fix only, and excuses "until: fixed" those without');
  }
  const { package: pkg, type, version } = exception;
  if (pkg === null || !pkg.startsWith('pkg:')) return;
  if (type !== null && !pkg.startsWith(`pkg:${type}/`) && !/^pkg:[^/]*[*?]/.test(pkg)) {
    reader.problem(at('type'), `"type" says ${type}, and "package" another`);
  }
  if (version !== null && /@[^/]+$/.test(pkg))
    reader.problem(at('version'), 'both "package" and "version" say a version');
}

function dateAt(reader: YamlReader, at: Node, field: string): string | undefined {
  const text = reader.text(at, field);
  if (text === undefined || isDate(text)) return text;
  return reader.problem(at, `"${text}" is no date; write YYYY-MM-DD`);
}
