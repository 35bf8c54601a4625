import type { FunctionImport } from '../advisories/types.ts';
import { keyOf, type NameKey, NameSet } from '../inventory/golang/name-set.ts';
import type { CodeFact } from '../inventory/types.ts';
import type { Candidate } from '../matching/match.ts';
import { classesNamedFor } from '../matching/named-classes.ts';
import type { FlawedCode } from '../matching/types.ts';

/** Source packages of kernels, as Debian, Ubuntu, Alpine and the rpm distros name them. */
const kernelSource = /^(?:src:)?(?:linux|kernel)(?:-[a-z0-9.]+)*$/;
/** Packages of a kernel's source that hold headers for building other programs, and nothing that runs. */
const kernelHeaders = /^(?:linux-libc-dev(?:-.*)?|linux-(?:.+-)?headers(?:-.*)?|kernel-(?:.+-)?headers)$/;

/** Most functions that a text names. */
const maxNamed = 3;

/**
 * Tells of a candidate whether the code that its record is about is in the package at all, where the image itself can tell.
 * It is evidence: no finding is left out for it.
 */
export function flawedCodeIn(facts: readonly CodeFact[]): (candidate: Candidate) => FlawedCode | undefined {
  const functions = new Map<string, string>();
  const classes = new Map<string, readonly string[]>();
  const dataOnly = new Set<string>();
  for (const fact of facts) {
    if (fact.kind === 'go-functions') functions.set(fact.path, fact.functions);
    else if (fact.kind === 'java-classes') classes.set(fact.path, fact.classes);
    else dataOnly.add(`${fact.type}/${fact.name}`);
  }
  const sets = new Map<string, NameSet | undefined>();
  const named = new NamedFunctions();
  return (candidate) => {
    const { lookup } = candidate;
    const pkg = lookup.package;
    const path = pkg.locations[0]?.path ?? '';
    if (lookup.distro && kernelHeaders.test(pkg.name) && kernelSource.test(lookup.source?.name ?? lookup.name))
      return {
        state: 'absent',
        how: 'kernel-headers',
        detail: 'headers of the kernel: no code of the kernel is in this package',
      };
    if (lookup.distro && dataOnly.has(`${pkg.type}/${pkg.name}`))
      return {
        state: 'absent',
        how: 'data-only',
        detail: 'the package ships documentation, translations and other data, and no code',
      };
    const text = functions.get(path);
    if (pkg.type === 'golang' && text !== undefined) {
      if (!sets.has(path)) sets.set(path, linkedIn(text));
      const linked = sets.get(path);
      return linked && ofFunctions(candidate, linked, named);
    }
    const held = pkg.type === 'maven' ? classes.get(path) : undefined;
    return held && ofClasses(candidate, held);
  };
}

/** Undefined: nothing is known. Every Go program has a run-time: a text without, as an empty one, was not made of one. */
function linkedIn(text: string): NameSet | undefined {
  const linked = NameSet.fromText(text);
  return linked?.has('runtime') ? linked : undefined;
}

function ofFunctions({ records }: Candidate, all: NameSet, named: NamedFunctions): FlawedCode | undefined {
  const asked = named.of(records);
  if (asked === null) return undefined;
  const { names, keys, absent } = asked;
  const linked = names.filter((_, at) => all.hasKey(keys[at]!));
  if (linked.length === 0) return absent;
  return { state: 'present', how: 'go-functions', detail: `linked into the binary: ${listed(linked)}` };
}

/** What the records of one vulnerability name, in their order. */
interface Named {
  readonly names: readonly string[];
  /** of each name */
  readonly keys: readonly NameKey[];
  /** said of every binary that has none of them */
  readonly absent: FlawedCode;
}

/** The same for many binaries, which share the records. */
class NamedFunctions {
  readonly #known = new WeakMap<Candidate['records'], Named | null>();

  /** null: they name none */
  of(records: Candidate['records']): Named | null {
    const known = this.#known.get(records);
    if (known !== undefined) return known;
    const named = namedIn(records);
    this.#known.set(records, named);
    return named;
  }
}

function namedIn(records: Candidate['records']): Named | null {
  const telling = records.filter(({ imports = [] }) => imports.length > 0);
  if (telling.length === 0) return null;
  const names = [...new Set(telling.flatMap(({ imports = [] }) => imports.flatMap(namesOf)))];
  const ids = [...new Set(telling.map(({ id }) => id))].sort().join(', ');
  const many = names.length === 1 ? 'what' : `any of the ${names.length} packages and functions that`;
  return {
    names,
    keys: names.map(keyOf),
    absent: {
      state: 'absent',
      how: 'go-functions',
      detail: `the binary’s table of functions does not have ${many} ${ids} names`,
    },
  };
}

function namesOf({ path, symbols }: FunctionImport): string[] {
  return symbols.length === 0 ? [path] : symbols.map((symbol) => `${path}.${symbol}`);
}

function ofClasses({ id, aliases, lookup }: Candidate, held: readonly string[]): FlawedCode | undefined {
  const named = classesNamedFor([id, ...aliases], lookup.package.name);
  if (named.length === 0) return undefined;
  const there = named.filter((name) => held.includes(name));
  return there.length === 0
    ? {
        state: 'absent',
        how: 'java-classes',
        detail: `the archive does not have the class that the advisory is about: ${listed(named)}`,
      }
    : { state: 'present', how: 'java-classes', detail: `the archive has ${listed(there)}` };
}

function listed(names: readonly string[]): string {
  const rest = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
  return `${names.slice(0, maxNamed).join(', ')}${rest}`;
}
