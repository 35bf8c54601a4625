import { PolicyError } from '../error.ts';
import { bareException, type Exception, isWild } from '../exception.ts';
import { lastWholeDayBefore, notHonoured, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';

/**
 * `osv-scanner.toml`.
 *
 * @see https://google.github.io/osv-scanner/configuration/
 */
export const osvScannerConfig: ForeignFormat = {
  name: 'osv-scanner',
  of: 'OSV-Scanner',
  isNamed: (name) => name === 'osv-scanner.toml' || name.endsWith('.osv-scanner.toml'),
  looksLike: (text) => /^\s*\[\[(?:IgnoredVulns|PackageOverrides)\]\]/m.test(text),
  async read(text, source) {
    const { parse } = await import('smol-toml');
    let root: Record<string, unknown>;
    try {
      root = parse(text, { maxDepth: 20 });
    } catch (error) {
      const { line = 1, column = 1 } = error as { line?: number; column?: number };
      const [what = ''] = (error instanceof Error ? error.message : '').split('\n');
      throw invalid([`${source}:${line}:${column}: this is no TOML: ${what.replace(/^Invalid TOML document: /, '')}`]);
    }
    const problems: string[] = [];
    const tables = (name: string) => {
      const list = root[name] ?? [];
      if (Array.isArray(list) && list.every(isTable)) return list;
      problems.push(`${source}: ${name} must be written as [[${name}]]`);
      return [];
    };
    const entries = [
      ...tables('IgnoredVulns').map((table, at) => ignored(table, `${source}#IgnoredVulns[${at + 1}]`, problems)),
      ...tables('PackageOverrides').flatMap((table, at) =>
        overridden(table, `${source}#PackageOverrides[${at + 1}]`, problems),
      ),
    ];
    if (problems.length > 0) throw invalid(problems.slice(0, 50));
    return entries;
  },
};

type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function invalid(problems: readonly string[]): PolicyError {
  return new PolicyError('EXCEPTIONS_INVALID', problems);
}

function textOf(table: Table, field: string, place: string, problems: string[]): string | null {
  const value = table[field];
  if (value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  problems.push(`${place}: ${field} must be a text`);
  return null;
}

function endOf(table: Table, field: string, place: string, problems: string[]): string | null {
  const value = table[field];
  if (value === undefined) return null;
  // a local time of TOML is read as one of UTC, whatever the zone of this machine
  const time = value instanceof Date ? Date.parse(zoned(value.toISOString())) : Number.NaN;
  const day = Number.isNaN(time) ? null : lastWholeDayBefore(time);
  if (day === null) problems.push(`${place}: ${field} must be a date`);
  return day;
}

function zoned(text: string): string {
  return text.includes('T') && !/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
}

function ignored(table: Table, place: string, problems: string[]): Exception {
  const id = textOf(table, 'id', place, problems);
  if (id === null) problems.push(`${place}: the entry has no "id"`);
  return vulnerabilityEntry(id ?? '', place, {
    reason: textOf(table, 'reason', place, problems),
    expires: endOf(table, 'ignoreUntil', place, problems),
  });
}

/** Ecosystems of OSV → the beginning of the package URL. */
const ecosystems: Readonly<Record<string, string>> = {
  npm: 'pkg:npm/',
  PyPI: 'pkg:pypi/',
  Maven: 'pkg:maven/',
  Go: 'pkg:golang/',
  'crates.io': 'pkg:cargo/',
  Packagist: 'pkg:composer/',
  RubyGems: 'pkg:gem/',
  NuGet: 'pkg:nuget/',
  Hex: 'pkg:hex/',
  Pub: 'pkg:pub/',
  CRAN: 'pkg:cran/',
  Debian: 'pkg:deb/debian/',
  Ubuntu: 'pkg:deb/ubuntu/',
  Alpine: 'pkg:apk/alpine/',
};

function overridden(table: Table, place: string, problems: string[]): readonly Exception[] {
  const name = textOf(table, 'name', place, problems);
  const version = textOf(table, 'version', place, problems);
  const ecosystem = textOf(table, 'ecosystem', place, problems);
  const license = isTable(table.license) ? table.license : {};
  const vulnerability = isTable(table.vulnerability) ? table.vulnerability : {};
  const all = table.ignore === true;
  const entry: Exception = {
    ...bareException('*', place),
    version,
    reason: textOf(table, 'reason', place, problems),
    expires: endOf(table, 'effectiveUntil', place, problems),
  };
  const without = (what: string) => notHonoured({ ...entry, package: name }, what);
  if (table.group !== undefined && table.group !== '')
    return [without('in an image nothing tells groups of dependencies')];
  if (isWild(`${name}${version}`)) return [without('* and ? in a name or version mean themselves there')];
  if (ecosystem !== null && !Object.hasOwn(ecosystems, ecosystem)) {
    return [without(`no type here is all of "${ecosystem}"`)];
  }
  const { type = null, ...where } = placeOf(ecosystem, name);
  const about = { ...entry, ...where, type };
  const kinds: Exception['kinds'] =
    all || (vulnerability.ignore === true && license.ignore === true)
      ? ['vulnerability', 'license']
      : vulnerability.ignore === true
        ? ['vulnerability']
        : license.ignore === true
          ? ['license']
          : null;
  const other = Array.isArray(license.override) ? [without('a licence is not overridden')] : [];
  if (kinds !== null) return [{ ...about, kinds }, ...other];
  return other.length > 0 ? other : [without('it ignores nothing')];
}

/** A distro's package by its URL, so that another distro's of the same type is not meant. */
function placeOf(
  ecosystem: string | null,
  name: string | null,
): Pick<Exception, 'package'> & { readonly type?: string } {
  const prefix = ecosystem === null ? null : ecosystems[ecosystem]!;
  if (prefix === null) return { package: name };
  const [type = '', distro = ''] = prefix.slice('pkg:'.length).split('/');
  if (distro === '') return { package: name, type };
  return { package: name === null ? `${prefix}*` : `${prefix}${encodeURIComponent(name)}`, type };
}
