import type { AdvisoryRecord, Statement } from '../advisories/types.ts';
import type { Incomplete, Inventory, Package } from '../inventory/types.ts';
import { parseOnce } from '../versions/parse-once.ts';
import { findScheme } from '../versions/schemes.ts';
import { isDistrosOwn } from './distro-vendor.ts';
import { ofInstalledChannel, openChannels } from './fix-channel.ts';
import { type Affected, affectedOf, fixOf } from './fix-of.ts';
import { LookupJudge } from './judge-lookup.ts';
import type { Installed, Judgement } from './judge-record.ts';
import { type LookupPlan, type PackageLookup, sortIncomplete } from './plan.ts';
import { relatedRecords } from './related-records.ts';
import { mostSpecific, type RpmScope, rpmScope, speaksOf } from './rpm-scope.ts';
import type { Fix } from './types.ts';
import { groupByVulnerability, preferredId, type VulnerabilityGroup } from './vulnerability-group.ts';
import { artifactOf, lackingQualifier, namedIds, withoutGroupEntry } from './without-group.ts';

/** A package that a vulnerability (or malware) affects, before anybody's rating is looked at. */
export interface Candidate {
  readonly kind: 'vulnerability' | 'malware';
  readonly id: string;
  /** sorted, without `id` */
  readonly aliases: readonly string[];
  /** sorted */
  readonly bulletins: readonly string[];
  readonly lookup: PackageLookup;
  /** the record that decides, and what it compared */
  readonly deciding: AdvisoryRecord;
  readonly comparison: string;
  /** records of the authority that decides: of a distro package its distro's own, where it has one */
  readonly own: readonly AdvisoryRecord[];
  /** every record that names the vulnerability for this package */
  readonly records: readonly AdvisoryRecord[];
  readonly fix: Fix;
  /** the history entry that made the layer which introduced the package */
  readonly instruction: string | null;
}

export interface MatchInput {
  readonly inventory: Inventory;
  readonly plan: LookupPlan;
  /** shard → name → what is said of it; a shard that is not at hand is absent */
  readonly advisories: ReadonlyMap<string, ReadonlyMap<string, readonly Statement[]>>;
}

export interface MatchResult {
  /** in the order of the plan's look-ups, then of the ids */
  readonly candidates: readonly Candidate[];
  /** records that could not be compared, sorted by code, path, message; without those of the plan */
  readonly incomplete: readonly Incomplete[];
}

/**
 * Matches every planned package against the records at hand. The order of the records changes nothing.
 *
 * A language package that a package of the distro itself ships is judged by the distro's advisories alone, as long as the
 * shard of that release is at hand and knows the owner's source.
 */
export function matchInventory({ inventory, plan, advisories }: MatchInput): MatchResult {
  const instructions = new Map(inventory.layers.map(({ diffId, instruction }) => [diffId, instruction]));
  const known = distroOwners(plan, inventory, advisories);
  const judged = new Map<string, Verdicts>();
  const candidates: Candidate[] = [];
  const incomplete: Incomplete[] = [];
  const open = openChannels(inventory.packages);
  const byArtifact = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const namesakes = (lookup: PackageLookup) => {
    const shard = advisories.get(lookup.shard);
    const names = remember(byArtifact, lookup.shard, () =>
      Map.groupBy(shard?.keys() ?? [], (name) => artifactOf(lookup.shard, name)),
    );
    return (names.get(lookup.name) ?? []).map((name) => {
      const verdicts = remember(judged, verdictsKey(lookup, name), () =>
        judgeStatements(shard?.get(name) ?? [], { ...lookup, name }, undefined, open),
      );
      return { name, affected: verdicts.matches.map(({ id }) => id), undetermined: verdicts.undetermined };
    });
  };
  for (const lookup of plan.lookups) {
    const owner = lookup.package.ownedBy;
    if (!lookup.distro && owner !== null && known.has(owner)) continue;
    const qualifier = lackingQualifier(lookup.shard, lookup.name);
    if (qualifier !== undefined) {
      const entry = withoutGroupEntry(lookup.package, qualifier, namesakes(lookup));
      if (entry !== undefined) incomplete.push(entry);
    }
    const scope = lookup.package.type === 'rpm' ? rpmScope(lookup.package) : undefined;
    const statements = saidOf(lookup, scope, advisories.get(lookup.shard));
    if (statements.length === 0) continue;
    // Binary packages of one source share everything up to here: compare once.
    const scoped = scope === undefined ? '' : `${JSON.stringify([lookup.source, scope])}\0`;
    const verdicts = remember(judged, verdictsKey(lookup, lookup.name, scoped), () =>
      judgeStatements(statements, lookup, scope, open),
    );
    const layer = lookup.package.locations[0]?.layer ?? null;
    const instruction = layer === null ? null : (instructions.get(layer) ?? null);
    for (const match of verdicts.matches) candidates.push(candidate(match, lookup, instruction));
    if (verdicts.undetermined.length > 0) incomplete.push(undeterminedEntry(lookup.package, verdicts.undetermined));
    if (verdicts.streamless.length > 0) incomplete.push(streamlessEntry(lookup.package, verdicts.streamless));
  }
  return { candidates, incomplete: sortIncomplete(incomplete) };
}

function verdictsKey({ shard, version, scheme }: PackageLookup, name: string, scoped = ''): string {
  return `${shard}\0${name}\0${scoped}${version}\0${scheme}`;
}

/** Field by field, see `recordOf`. */
function candidate(match: Match, lookup: PackageLookup, instruction: string | null): Candidate {
  return {
    kind: match.kind,
    id: match.id,
    aliases: match.aliases,
    bulletins: match.bulletins,
    lookup,
    deciding: match.deciding,
    comparison: match.comparison,
    own: match.own,
    records: match.records,
    fix: match.fix,
    instruction,
  };
}

/** Names of the installed packages of the distro itself: their source is known to the release's shard, or (rpm) their vendor is the distro's. */
export function distroOwners(
  plan: LookupPlan,
  { distro }: Pick<Inventory, 'distro'>,
  advisories: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): ReadonlySet<string> {
  const owners = plan.lookups.filter((lookup) => {
    const shard = lookup.distro ? advisories.get(lookup.shard) : undefined;
    if (shard === undefined || distro === null) return false;
    return lookup.package.type === 'rpm' ? isDistrosOwn(lookup.package, distro) : shard.has(lookup.name);
  });
  return new Set(owners.map((lookup) => lookup.package.name));
}

/** What the shard says of the package, and of its source where that has an entry of its own. */
export function saidOf<T extends Pick<Statement, 'module' | 'arches'>>(
  { name, source }: PackageLookup,
  scope: RpmScope | undefined,
  shard: ReadonlyMap<string, readonly T[]> | undefined,
): readonly T[] {
  const said = shard?.get(name) ?? [];
  if (scope === undefined) return said;
  const ofSource = source === undefined ? [] : (shard?.get(source.name) ?? []);
  return [...said, ...ofSource].filter((each) => speaksOf(each, scope));
}

type Match = Omit<Candidate, 'lookup' | 'instruction'>;

interface Verdicts {
  readonly matches: readonly Match[];
  /** ids of vulnerabilities that could not be decided */
  readonly undetermined: readonly string[];
  /** ids that could not be decided since it is not known which module stream is meant */
  readonly streamless: readonly string[];
}

const nothing: Verdicts = { matches: [], undetermined: [], streamless: [] };

/** Compares once what is said of several vulnerabilities alike; records are made where something is said against the package. */
function judgeStatements(
  statements: readonly Statement[],
  lookup: PackageLookup,
  scope: RpmScope | undefined,
  channels: ReadonlySet<string>,
): Verdicts {
  const scheme = findScheme(lookup.scheme);
  const parsed = scheme && parseOnce(scheme, lookup.version);
  // The plan has looked at both and would have said so.
  if (!scheme || parsed === undefined) return nothing;
  const installed: Installed = { text: lookup.version, parsed, scheme };
  const judge = new LookupJudge(lookup, installed, scope);
  const against = new Map<Statement, Judgement>();
  for (const statement of statements) {
    const judgement = judge.judge(statement);
    if (judgement.verdict !== 'not-affected') against.set(statement, judgement);
  }
  if (against.size === 0) return nothing;
  const judgements = new Map<AdvisoryRecord, Judgement>();
  const records = relatedRecords(statements, against);
  for (const [record, statement] of records) {
    const judgement = against.get(statement);
    if (judgement !== undefined) judgements.set(record, judgement);
  }
  const matches: Match[] = [];
  const undetermined: string[] = [];
  const streamless: string[] = [];
  for (const group of groupByVulnerability([...records.keys()])) {
    const all = ofInstalledChannel(authority(group.records, lookup.distro), installed.text);
    const own = scope === undefined ? all : mostSpecific(all);
    if (!own.some((record) => judgements.has(record)) || judge.hasFixOfItsMinor(own)) continue;
    const affected = affectedOf(own, judgements);
    if (affected.length > 0) {
      const everywhere = own.length === group.records.length ? affected : affectedOf(group.records, judgements);
      const fix = fixOf(group.records, affected, everywhere, installed, channels);
      matches.push(describeMatch(group, own, affected, fix));
    } else {
      const unread = own.some((record) => isUnread(judgements.get(record)));
      (unread ? undetermined : streamless).push(preferredId(group.ids, []));
    }
  }
  return { matches, undetermined, streamless };
}

/** Who copies what others state: OSV's Debian records repeat the tracker's, and lag behind it. */
const copies: readonly string[] = ['osv', 'github'];

/** For a distro package the distro's own statements, where there are any; else everybody's. */
export function authority(records: readonly AdvisoryRecord[], distro: boolean): readonly AdvisoryRecord[] {
  const own = distro ? records.filter(({ source }) => !copies.includes(source)) : [];
  return own.length > 0 ? own : records;
}

function isUnread(judgement: Judgement | undefined): boolean {
  return judgement?.verdict === 'undetermined' && judgement.invalid !== null;
}

/** @param affected at least one */
function describeMatch(
  group: VulnerabilityGroup,
  own: readonly AdvisoryRecord[],
  affected: readonly Affected[],
  fix: Fix,
): Match {
  const id = preferredId(
    group.ids,
    affected.map(({ record }) => record.id).filter((own) => group.ids.includes(own)),
  );
  // The record that names the lowest fix decides; without a fix, the first.
  const deciding = affected.find(({ judgement }) => judgement.fixes.includes(fix.versions[0] ?? '')) ?? affected[0]!;
  const bulletins = new Set(group.records.flatMap((record) => record.bulletins));
  return {
    kind: affected.some(({ record }) => record.malicious) ? 'malware' : 'vulnerability',
    id,
    aliases: group.ids.filter((other) => other !== id),
    bulletins: [...bulletins].sort(),
    deciding: deciding.record,
    comparison: deciding.judgement.comparison,
    own,
    records: group.records,
    fix,
  };
}

function undeterminedEntry(pkg: Package, ids: readonly string[]): Incomplete {
  return unjudgedEntry(pkg, ids, 'a version in the advisory cannot be read');
}

function streamlessEntry(pkg: Package, ids: readonly string[]): Incomplete {
  return unjudgedEntry(pkg, ids, 'which module stream the package or the advisory belongs to is not known');
}

function unjudgedEntry(
  { type, name, version, locations }: Package,
  ids: readonly string[],
  reason: string,
): Incomplete {
  const [location] = locations;
  return {
    code: 'not-comparable',
    message: `${type} package ${name} ${version} was not judged for ${namedIds(ids)}: ${reason}`,
    ...(location && { path: location.path }),
    ...(location?.layer && { layer: location.layer }),
  };
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}
