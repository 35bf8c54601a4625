import { isModularBuild } from '../../versions/rpm/rpm-build.ts';
import { dayOf, isCve, type Statement, sortedSet } from '../feed.ts';
import { shardPackageName } from '../shard-names.ts';
import {
  type AdvisoryStatus,
  type AdvisoryText,
  type CvssRating,
  type FunctionImport,
  type LabelRating,
  sourceKeyPrefix,
  type VersionRange,
} from '../types.ts';
import { type OsvEcosystem, osvShard } from './osv-ecosystems.ts';
import { type Compare, extraVersions, versionRanges } from './osv-ranges.ts';
import type { OsvAffected, OsvRecord, OsvSeverity } from './osv-schema.ts';
import { cvssRating, cweIds, severityOf, severityOfScore, sortCvss, sortLabels } from './ratings.ts';
import { moduleInTitle, oneBuildEach } from './rpm-modules.ts';

/** Ids of bulletins that fix several vulnerabilities; their CVEs are records, they are not. */
const bulletin =
  /^(?:DSA|DLA|DTSA|USN|LSN|AL[SBE]A|R[LX][SBE]A|RH[SBE]A|EL[SBE]A|ALAS\d*|SUSE-[SRFO]U|openSUSE-[SRFO]U|MGASA|OESA|openEuler-SA|AZL|PHSA)-/;

/** `UBUNTU-CVE-…`, `DEBIAN-CVE-…`: a distro's own name of one CVE. */
const distroCve = /^[A-Z]+-(CVE-\d{4}-\d{4,19})$/;

/** Rustsec's notes on crates that are unmaintained or yanked state no vulnerability. */
const informational = new Set(['unmaintained', 'notice']);

export interface ShardStatement {
  readonly shard: string;
  readonly statement: Statement;
}

/**
 * What an OSV record says, per shard and package. Empty: it states no vulnerability of a package of this ecosystem.
 * The caller leaves out withdrawn records.
 */
export function osvStatements(record: OsvRecord, ecosystem: OsvEcosystem, compare: Compare | null): ShardStatement[] {
  const cves = sortedSet(
    [...(record.upstream ?? []), ...(record.related ?? []), ...(record.aliases ?? [])].filter(isCve),
  );
  const several = bulletin.test(record.id);
  if (several && cves.length === 0 && !/^(?:ALSA|RLSA|RHSA|ELSA|SUSE-SU|openSUSE-SU|DSA|DLA)/.test(record.id))
    return [];
  const source = ratingSource(record.id);
  const shared = {
    ids: several && cves.length > 0 ? cves : [record.id],
    source: 'osv',
    aliases: several ? [] : sameVulnerability(record),
    bulletins: several ? [record.id] : sortedSet((record.related ?? []).filter((id) => bulletin.test(id))),
    scheme: ecosystem.scheme,
    published: dayOf(record.published),
    modified: dayOf(record.modified),
    // a bulletin is written when its fix is out
    fixedSince: several ? dayOf(record.published) : null,
    malicious: record.id.startsWith('MAL-'),
  };
  const out: ShardStatement[] = [];
  for (const { shard, name, channel, entries } of byPackage(record, ecosystem)) {
    const all = entries.flatMap((entry) => versionRanges(entry, compare));
    const ranges = ecosystem.scheme === 'rpm' ? oneBuildEach(all, compare) : all;
    const versions = extraVersions(
      entries.flatMap((entry) => entry.versions ?? []),
      ranges,
      compare,
    );
    if (ranges.length === 0 && versions.length === 0) continue;
    if (entries.every((entry) => informational.has(String(entry.database_specific?.informational)))) continue;
    const rest = {
      ...shared,
      versions,
      status: statusOf(entries),
      labels: labelsOf(record, entries, source),
      cvss: cvssOf(record, entries, source),
      cwes: cwesOf(record, entries),
      ...(channel === undefined ? {} : { channel }),
      ...(ecosystem.name === 'Go' ? importsOf(entries) : {}),
    };
    for (const scoped of scopedRanges(record, ecosystem, distinctRanges(ranges))) {
      for (const key of keysOf(ecosystem, name)) out.push({ shard, statement: { ...rest, package: key, ...scoped } });
    }
  }
  return ecosystem.channel === undefined ? out : withoutRepeats(out);
}

/** Longest path or symbol, and most of them, that a record may name. */
const maxImportChars = 512;
const maxImports = 2000;

/** @see https://go.dev/doc/security/vuln/database#schema */
function importsOf(entries: readonly OsvAffected[]): { readonly imports?: readonly FunctionImport[] } {
  const lists = entries.map((entry) => entry.ecosystem_specific?.imports);
  // where one of the entries names nothing, all of the module is meant
  if (lists.length === 0 || !lists.every((list) => Array.isArray(list) && list.length > 0)) return {};
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && text !== '' && text.length <= maxImportChars;
  const imports = lists.flat().flatMap((each: unknown): (FunctionImport | null)[] => {
    const { path, symbols = [] } = (each ?? {}) as { path?: unknown; symbols?: unknown };
    return isName(path) && Array.isArray(symbols) && symbols.every(isName) ? [{ path, symbols }] : [null];
  });
  const read = imports.filter((each) => each !== null);
  const count = read.reduce((sum, { symbols }) => sum + 1 + symbols.length, 0);
  // what cannot be read might have named more
  return read.length < imports.length || count > maxImports ? {} : { imports: read };
}

/** Ubuntu's entries of Pro repeat what the release's own archive has; only what differs is worth a record. */
function withoutRepeats(statements: readonly ShardStatement[]): ShardStatement[] {
  const key = ({ shard, statement: { package: name, ranges, versions, status } }: ShardStatement): string =>
    JSON.stringify([shard, name, ranges, versions, status]);
  const own = new Set(statements.filter(({ statement }) => statement.channel === undefined).map(key));
  return statements.filter((entry) => entry.statement.channel === undefined || !own.has(key(entry)));
}

/** Of rpm packages the ranges inside modules and those outside are about different packages. */
function scopedRanges(
  { summary }: OsvRecord,
  { scheme }: OsvEcosystem,
  ranges: readonly VersionRange[],
): { readonly ranges: readonly VersionRange[]; readonly module?: string }[] {
  const [modular, plain] = [true, false].map((inModule) =>
    ranges.filter(({ fixed }) => (scheme === 'rpm' && isModularBuild(fixed ?? '')) === inModule),
  ) as [VersionRange[], VersionRange[]];
  if (modular.length === 0) return [{ ranges }];
  const inModule = { ranges: modular, module: moduleInTitle(summary ?? '') };
  return plain.length === 0 ? [inModule] : [inModule, { ranges: plain }];
}

/** Rocky's records name source packages, which most of the time are also a binary's name. */
function keysOf({ keyedBySource }: OsvEcosystem, name: string): string[] {
  return keyedBySource === true ? [name, `${sourceKeyPrefix}${name}`] : [name];
}

export function osvText(record: OsvRecord): AdvisoryText {
  return {
    id: record.id,
    title: record.summary || null,
    description: record.details || null,
    references: [...new Set((record.references ?? []).map((reference) => reference.url))],
  };
}

function sameVulnerability(record: OsvRecord): string[] {
  const aliases = new Set(record.aliases ?? []);
  const own = distroCve.exec(record.id)?.[1];
  // for a distro's own name of a CVE `upstream` names that CVE
  if (own !== undefined) aliases.add(own);
  aliases.delete(record.id);
  return [...aliases].sort();
}

interface PackageEntries {
  readonly shard: string;
  readonly name: string;
  readonly channel: string | undefined;
  readonly entries: OsvAffected[];
}

function byPackage(record: OsvRecord, ecosystem: OsvEcosystem): PackageEntries[] {
  const groups = new Map<string, PackageEntries>();
  for (const entry of record.affected ?? []) {
    const shard = entry.package == null ? undefined : osvShard(ecosystem, entry.package.ecosystem);
    if (shard === undefined || entry.package == null || isOfAnotherRepository(entry.package.purl)) continue;
    const name = shardPackageName(shard, entry.package.name);
    const suffix = entry.package.ecosystem.slice(ecosystem.name.length + 1);
    const channel = ecosystem.channel?.(suffix, entry.package.purl ?? '');
    const key = `${shard}\0${name}\0${channel ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { shard, name, channel, entries: [entry] });
    else group.entries.push(entry);
  }
  return [...groups.values()];
}

/** Rocky's special interest groups build packages of their own (`distro=rocky-linux-8-sig-cloud`), also of the same name. */
function isOfAnotherRepository(purl: string | null | undefined): boolean {
  return purl != null && /[?&]distro=[^&]*-sig-/.test(purl);
}

function distinctRanges(ranges: readonly VersionRange[]): VersionRange[] {
  return [...new Map(ranges.map((range) => [JSON.stringify(range), range])).values()];
}

/** Ubuntu says why there is no fix. */
function statusOf(entries: readonly OsvAffected[]): AdvisoryStatus {
  switch (entries[0]?.ecosystem_specific?.ubuntu_status) {
    case 'ignored':
      return 'will-not-fix';
    case 'deferred':
      return 'deferred';
    case 'needs-triage':
      return 'under-investigation';
    case 'not-affected':
    case 'DNE':
      return 'not-affected';
    default:
      return 'affected';
  }
}

const sources: Readonly<Record<string, string>> = {
  GHSA: 'github',
  PYSEC: 'pypa',
  UBUNTU: 'ubuntu',
  BIT: 'bitnami',
  MAL: 'openssf',
  CVE: 'osv',
};

/** Who rates in a record, by its id. */
function ratingSource(id: string): string {
  const prefix = id.slice(0, id.indexOf('-'));
  return Object.hasOwn(sources, prefix) ? sources[prefix]! : prefix.toLowerCase() || 'osv';
}

function allSeverities(record: OsvRecord, entries: readonly OsvAffected[]): OsvSeverity[] {
  return [...(record.severity ?? []), ...entries.flatMap((entry) => entry.severity ?? [])];
}

function labelsOf(record: OsvRecord, entries: readonly OsvAffected[], source: string): LabelRating[] {
  const labels: LabelRating[] = [];
  const add = (from: string, severity: ReturnType<typeof severityOf>): void => {
    if (severity !== undefined) labels.push({ source: from, severity });
  };
  add(source, severityOf(record.database_specific?.severity));
  const priorities = entries.flatMap((entry) => entry.ecosystem_specific?.ubuntu_priority ?? []);
  for (const priority of priorities) add('ubuntu', severityOf(priority));
  if (priorities.length === 0) {
    for (const { type, score } of record.severity ?? []) if (type === 'Ubuntu') add('ubuntu', severityOf(score));
  }
  // bare scores without a vector
  const score =
    record.database_specific?.cvss_v4 ?? record.database_specific?.cvss_v3 ?? record.database_specific?.cvss_v2;
  if (typeof score === 'number') add('osv', severityOfScore(score));
  return sortLabels(labels);
}

function cvssOf(record: OsvRecord, entries: readonly OsvAffected[], source: string): CvssRating[] {
  const ratings = allSeverities(record, entries)
    .filter(({ type }) => type.startsWith('CVSS_'))
    .map(({ score }) => cvssRating(source, score));
  return sortCvss(ratings.filter((rating) => rating !== undefined));
}

function cwesOf(record: OsvRecord, entries: readonly OsvAffected[]): string[] {
  const ids: unknown[] = [];
  const cweList = record.database_specific?.cwe_ids;
  if (Array.isArray(cweList)) ids.push(...cweList);
  for (const entry of entries) {
    const cwes = entry.database_specific?.cwes;
    if (Array.isArray(cwes)) for (const cwe of cwes) ids.push((cwe as { cweId?: unknown } | null)?.cweId);
  }
  return cweIds(ids);
}
