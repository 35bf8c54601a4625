/**
 * An independent matcher, for tests: which vulnerabilities the upstream feeds state of a list of installed packages, read
 * from the raw files and compared by the distro's own tool. It shares no code with the product.
 */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { NativeComparison } from './native-versions.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion?: string;
}

/** `NAME VERSION: ID`, sorted, each once. */
export type Expected = readonly string[];

interface Statement {
  readonly id: string;
  /** null: no fix */
  readonly fixed: string | null;
}

function affected(
  packages: readonly InstalledPackage[],
  statementsOn: (source: string) => readonly Statement[],
  installed: (entry: InstalledPackage) => string,
  { less }: NativeComparison,
): Expected {
  const questions = packages.flatMap((entry) => statementsOn(entry.source).map((statement) => ({ entry, statement })));
  const answers = less(questions.map(({ entry, statement }) => [installed(entry), statement.fixed ?? '0']));
  const found = questions.filter(({ statement }, at) => statement.fixed === null || answers[at]);
  return [...new Set(found.map(({ entry, statement }) => `${entry.name} ${entry.version}: ${statement.id}`))].sort();
}

type Tracker = Record<
  string,
  Record<string, { releases: Record<string, { status: string; fixed_version?: string } | undefined> }>
>;

export interface OsvRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly summary?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges?: readonly {
      readonly type: string;
      readonly events: readonly Readonly<Record<string, string>>[];
    }[];
    readonly versions?: readonly string[];
  }[];
}

/** The tracker decides; a bulletin speaks where the tracker says nothing of that package, vulnerability and release. */
export function expectedOfDebian(
  feeds: { readonly tracker: string; readonly osv: string },
  release: { readonly codename: string; readonly number: string },
  packages: readonly InstalledPackage[],
  native: NativeComparison,
): Expected {
  const tracker = JSON.parse(readFileSync(feeds.tracker, 'utf8')) as Tracker;
  const bulletins = new Map<string, Statement[]>();
  for (const record of readOsv<OsvRecord>(feeds.osv)) {
    // no vulnerability is named by an update that repairs an earlier one (-2, -3) or brings a new version
    const named = (record.upstream ?? record.aliases ?? []).filter((id) => id.startsWith('CVE-'));
    const unnamed = /-1$/.test(record.id) && /security update/.test(record.summary ?? '') ? [record.id] : [];
    for (const { package: subject, ranges = [] } of record.affected) {
      if (subject.ecosystem !== `Debian:${release.number}`) continue;
      const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => event.fixed ?? []))[0] ?? null;
      const statements = (named.length > 0 ? named : unnamed).map((id) => ({ id, fixed }));
      bulletins.set(subject.name, [...(bulletins.get(subject.name) ?? []), ...statements]);
    }
  }
  const statementsOn = (source: string): Statement[] => {
    const decided = Object.entries(tracker[source] ?? {}).flatMap(([id, { releases }]) => {
      const state = releases[release.codename];
      return state ? [{ id, state }] : [];
    });
    const known = new Set(decided.map(({ id }) => id));
    return [
      ...decided
        .filter(({ state }) => state.fixed_version !== '0')
        .map(({ id, state }) => ({ id, fixed: state.status === 'resolved' ? (state.fixed_version ?? null) : null })),
      ...(bulletins.get(source) ?? []).filter(({ id }) => !known.has(id)),
    ];
  };
  return affected(packages, statementsOn, (entry) => entry.sourceVersion ?? entry.version, native);
}

/** Alpine names an origin's fixed versions; `0` says that it was never affected. */
export function expectedOfAlpine(
  files: readonly string[],
  packages: readonly InstalledPackage[],
  native: NativeComparison,
): Expected {
  const statements = new Map<string, Statement[]>();
  for (const file of files) {
    const { packages: entries } = JSON.parse(readFileSync(file, 'utf8')) as {
      packages: { pkg: { name: string; secfixes: Record<string, string[]> } }[];
    };
    for (const { pkg } of entries) {
      const list = statements.get(pkg.name) ?? [];
      statements.set(pkg.name, list);
      for (const [fixed, ids] of Object.entries(pkg.secfixes)) {
        if (fixed !== '0') list.push(...ids.flatMap(idsOfLine).map((id) => ({ id, fixed })));
      }
    }
  }
  return affected(
    packages,
    (source) => statements.get(source) ?? [],
    ({ version }) => version,
    native,
  );
}

/** Every CVE of a line, however it is spelt; else the line's first id that is no placeholder. */
function idsOfLine(line: string): string[] {
  const cves = line.match(/\bCVE[-_ ]\d{4}-\d{4,}/gi) ?? [];
  if (cves.length > 0) return cves.map((id) => id.toUpperCase().replace(/[_ ]/, '-'));
  return line
    .split(' ')
    .filter((word) => !word.includes('?'))
    .slice(0, 1);
}

/** Of an OSV ecosystem, by somebody else's comparison of versions: package, version and every id of the record. */
export function expectedOfOsv(
  file: string,
  packages: readonly Pick<InstalledPackage, 'name' | 'version'>[],
  compare: (a: string, b: string) => number,
): { readonly name: string; readonly version: string; readonly ids: readonly string[] }[] {
  const installed = Map.groupBy(new Map(packages.map((p) => [`${p.name} ${p.version}`, p])).values(), (p) => p.name);
  return [...readOsv<OsvRecord>(file)]
    .filter(({ withdrawn }) => withdrawn === undefined)
    .flatMap((record) =>
      record.affected.flatMap((entry) =>
        (installed.get(entry.package.name) ?? [])
          .filter(({ version }) => holds(entry, version, compare))
          .map(({ name, version }) => ({ name, version, ids: [record.id, ...(record.aliases ?? [])] })),
      ),
    );
}

/** The algorithm of https://ossf.github.io/osv-schema/#evaluation, as it stands there. */
function holds(
  entry: OsvRecord['affected'][number],
  version: string,
  compare: (a: string, b: string) => number,
): boolean {
  if (entry.versions?.includes(version)) return true;
  return (entry.ranges ?? [])
    .filter(({ type }) => type !== 'GIT')
    .some(({ events }) => {
      let vulnerable = false;
      const at = (event: Readonly<Record<string, string>>) => Object.values(event)[0] ?? '0';
      const order = (a: string, b: string) => (a === b ? 0 : a === '0' ? -1 : b === '0' ? 1 : compare(a, b));
      for (const event of events.toSorted((a, b) => order(at(a), at(b)))) {
        const { introduced, fixed, last_affected: last } = event;
        if (introduced !== undefined && (introduced === '0' || compare(version, introduced) >= 0)) vulnerable = true;
        else if (fixed !== undefined && compare(version, fixed) >= 0) vulnerable = false;
        else if (last !== undefined && compare(version, last) > 0) vulnerable = false;
      }
      return vulnerable;
    });
}

/** The JSON files of a zip, by its central directory. */
export function* readOsv<T>(file: string): Generator<T> {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const head = zip.readUInt32LE(at + 42);
    const start = head + 30 + zip.readUInt16LE(head + 26) + zip.readUInt16LE(head + 28);
    const body = zip.subarray(start, start + size);
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    if (name.endsWith('.json')) yield JSON.parse((method === 0 ? body : inflateRawSync(body)).toString()) as T;
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
