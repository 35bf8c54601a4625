import type { Finding } from '../matching/types.ts';
import type { Change, PolicySubject, RuleOutcome, Upgrade } from './types.ts';

/** Orders two versions of a package type: negative when the first is lower. */
export type CompareVersions = (type: string, a: string, b: string) => number;

/** Ids that one line names. */
const maxNamed = 3;

/**
 * The smallest changes that take away what the denying rules found: for each package one upgrade, to the lowest version
 * that fixes all of its findings; then what configuration and distribution need. Of each kind that comes first which takes
 * away most vulnerabilities.
 *
 * @param denying outcomes of rules that deny
 * @param blocking the findings that they found, in the order of the result
 */
export function smallestChanges(
  denying: readonly RuleOutcome[],
  blocking: readonly Finding[],
  subject: PolicySubject,
  compare: CompareVersions,
): readonly Change[] {
  const remediations = remediationsOf(denying, blocking);
  const upgrades = new Map<string, Finding[]>();
  const unfixed = new Map<string, Finding[]>();
  const advised = new Map<string, Finding[]>();
  const changes: Weighed[] = [];
  for (let at = 0; at < blocking.length; at++) {
    const finding = blocking[at]!;
    if (finding.kind === 'end-of-life') changes.push(weighed(newDistro(finding, subject), [finding]));
    else if (isMadeByRule(finding)) {
      // findings that one sentence advises on are one step
      addTo(advised, remediations.get(finding.key) ?? finding.title ?? finding.id, finding);
    } else group(finding.fix?.state === 'fixed' && finding.fix.versions.length > 0 ? upgrades : unfixed, finding);
  }
  for (const group of upgrades.values()) changes.push(weighed(upgrade(group, compare), group));
  for (const group of unfixed.values()) changes.push(weighed(withoutFix(group), group));
  for (const [text, group] of advised) changes.push(weighed(followRule(text, group), group));
  for (const outcome of denying) {
    if (outcome.findings.length > 0) continue;
    changes.push(weighed({ kind: 'other', text: outcome.remediation ?? outcome.message, findings: [] }, []));
  }
  return changes
    .sort(
      (a, b) => a.kind - b.kind || b.count - a.count || b.level - a.level || byCodeUnit(a.change.text, b.change.text),
    )
    .map(({ change }) => change);
}

/** A change with what it is ordered by. */
interface Weighed {
  readonly change: Change;
  readonly kind: number;
  /** of distinct vulnerabilities that it takes away */
  readonly count: number;
  /** of the worst of them */
  readonly level: number;
}

function weighed(change: Change, group: readonly Finding[]): Weighed {
  return { change, kind: order.indexOf(change.kind), count: texts(group, idOf).size, level: worstLevel(group) };
}

/** A function of its own: V8 compiles a long loop before it knows what is made behind it, and takes that back each time. */
function worstLevel(group: readonly Finding[]): number {
  let level = 0;
  for (let at = 0; at < group.length; at++) if (group[at]!.level > level) level = group[at]!.level;
  return level;
}

const order: readonly Change['kind'][] = ['base', 'distro', 'upgrade', 'config', 'other'];

/** Made of a fact, by a rule that says what to do. */
function isMadeByRule({ kind }: Finding): boolean {
  return kind === 'misconfiguration' || kind === 'secret' || kind === 'license';
}

/** Of findings that rules made, what the first rule says. */
function remediationsOf(denying: readonly RuleOutcome[], blocking: readonly Finding[]): ReadonlyMap<string, string> {
  const made = new Set(blocking.filter(isMadeByRule).map(({ key }) => key));
  const remediations = new Map<string, string>();
  for (const { findings, remediation } of made.size === 0 ? [] : denying) {
    // what a rule finds is all of one sort
    if (remediation === null || !made.has(findings[0] ?? '')) continue;
    for (const key of findings) if (!remediations.has(key)) remediations.set(key, remediation);
  }
  return remediations;
}

function addTo(groups: Map<string, Finding[]>, key: string, finding: Finding): void {
  const members = groups.get(key);
  if (members === undefined) groups.set(key, [finding]);
  else members.push(finding);
}

/** Binary packages of one source package are upgraded together, and a language package of one version wherever it lies. */
function group(groups: Map<string, Finding[]>, finding: Finding): void {
  const { package: pkg, evidence } = finding;
  const source = evidence.matchedPackage?.via === 'source' ? evidence.matchedPackage : undefined;
  const key = source
    ? `${pkg?.type}\0source\0${source.name}\0${source.version}`
    : `${pkg?.type}\0package\0${pkg?.name}\0${pkg?.version}`;
  addTo(groups, key, finding);
}

function upgrade(group: readonly Finding[], compare: CompareVersions): Change {
  const [lead] = group;
  const matched = lead?.evidence.matchedPackage;
  const source = matched?.via === 'source' ? matched : undefined;
  const about = {
    type: lead?.package?.type ?? '',
    names: distinct(group, nameOf),
    source: source?.name ?? null,
    from: source?.version ?? lead?.package?.version ?? '',
    path: source === undefined && placesOf(group) === 1 ? (lead?.evidence.path ?? null) : null,
  };
  return upgradeTo({ ...about, to: lowestFix(group, compare) }, group);
}

/** @param group what it fixes */
export function upgradeTo(upgrade: Upgrade, group: readonly Finding[]): Change {
  const installed = distinct(group, (finding) => finding.package?.version ?? '').join(', ');
  const places = upgrade.source === null ? placesOf(group) : 1;
  const where = places > 1 ? ` in ${places} places` : '';
  return {
    kind: 'upgrade',
    text: `upgrade ${shortened(upgrade.names, upgrade.names.length)} from ${installed} to ${upgrade.to}${where}: fixes ${ids(group)}`,
    findings: group.map(({ key }) => key),
    upgrade,
  };
}

function placesOf(group: readonly Finding[]): number {
  return texts(group, ({ evidence }) => evidence.path ?? '').size;
}

/**
 * The lowest version in which all of a package's findings are fixed. A fix in one release line says nothing about a later
 * line that has a fix of its own: 2.0.3 is not taken for fixed where the fixes are 1.2.4 and 2.0.5.
 */
function lowestFix(group: readonly Finding[], compare: CompareVersions): string {
  const type = group[0]?.package?.type ?? '';
  const installed = group[0]?.package?.version ?? '';
  const by = (a: string, b: string) => compare(type, a, b);
  // a release often fixes many findings of a package: each list of fixes is looked at once
  const lists = new Map<string, readonly string[]>();
  for (let at = 0; at < group.length; at++) {
    const { fix } = group[at]!;
    if (fix !== null) lists.set(fix.versions.length === 1 ? fix.versions[0]! : fix.versions.join('\0'), fix.versions);
  }
  const [only] = lists.values();
  if (lists.size === 1 && only?.length === 1) return only[0]!;
  const fixes = [...lists.values()].map((versions) => {
    const newer = versions.filter((version) => by(version, installed) > 0);
    return newer.length > 0 ? newer : versions;
  });
  const candidates = [...new Set(fixes.flat())].sort((a, b) => by(a, b) || byCodeUnit(a, b));
  const fixed = (candidate: string) => fixes.every((versions) => fixesAll(candidate, versions, by));
  return candidates.find(fixed) ?? candidates.at(-1) ?? '';
}

function fixesAll(candidate: string, fixes: readonly string[], by: (a: string, b: string) => number): boolean {
  if (fixes.some((fix) => by(fix, candidate) === 0)) return true;
  const above = fixes.filter((fix) => by(fix, candidate) > 0);
  return above.length < fixes.length && above.every((fix) => releaseLine(fix) !== releaseLine(candidate));
}

/** `2` of `2.0.5` and of `v2.1`, with the epoch of `1:2.0.5`. */
function releaseLine(version: string): string {
  return /^v?(?:\d+[:!])?\d*/.exec(version)?.[0] ?? '';
}

function withoutFix(group: readonly Finding[]): Change {
  const malware = group.some(({ kind }) => kind === 'malware');
  const advice = malware
    ? `remove ${names(group)}: it is malicious`
    : `${names(group)} has no fix for ${ids(group)}: remove or replace it, or excuse it with an exception that expires`;
  return { kind: 'other', text: advice, findings: group.map(({ key }) => key) };
}

function newDistro(finding: Finding, { image: { distro } }: PolicySubject): Change {
  const name = distro ? [distro.id, distro.version].filter(Boolean).join(' ') : finding.id;
  const next = distro?.next;
  const until = typeof next?.endOfLife === 'string' ? `, which is supported until ${next.endOfLife}` : '';
  const to = next === undefined ? 'a supported release' : `${distro?.id} ${next.version}${until}`;
  return {
    kind: 'distro',
    text: `move from ${name}, which gets no security support any more, to ${to}`,
    findings: [finding.key],
  };
}

function followRule(text: string, group: readonly Finding[]): Change {
  const isConfig = group.every(({ evidence }) => evidence.config !== undefined || evidence.env !== undefined);
  return { kind: isConfig ? 'config' : 'other', text, findings: group.map(({ key }) => key) };
}

function names(group: readonly Finding[]): string {
  return named(texts(group, nameOf));
}

function ids(group: readonly Finding[]): string {
  return named(texts(group, idOf));
}

const idOf = ({ id }: Finding) => id;
const nameOf = ({ package: pkg, id }: Finding) => pkg?.name ?? id;

function distinct(group: readonly Finding[], textOf: (finding: Finding) => string): readonly string[] {
  return texts(group, textOf).sorted();
}

function texts(group: readonly Finding[], textOf: (finding: Finding) => string): Texts {
  const found = new Texts();
  for (let at = 0; at < group.length; at++) found.add(textOf(group[at]!));
  return found;
}

/** Different texts. Findings of a group are most often of one package, one version and one place: those need no set. */
class Texts {
  #first: string | undefined;
  #all: Set<string> | undefined;

  add(text: string): void {
    if (this.#first === undefined) this.#first = text;
    else if (this.#all !== undefined) this.#all.add(text);
    else if (text !== this.#first) this.#all = new Set([this.#first, text]);
  }

  get size(): number {
    return this.#all?.size ?? (this.#first === undefined ? 0 : 1);
  }

  /** the first so many of `sorted()` */
  least(count: number): readonly string[] {
    if (this.#all === undefined) return this.sorted();
    const least: string[] = [];
    for (const text of this.#all) {
      let at = least.length;
      while (at > 0 && least[at - 1]! > text) at--;
      if (at === count) continue;
      least.splice(at, 0, text);
      if (least.length > count) least.pop();
    }
    return least;
  }

  /** by their code units */
  sorted(): readonly string[] {
    if (this.#all !== undefined) return [...this.#all].sort();
    return this.#first === undefined ? [] : [this.#first];
  }
}

function named(texts: Texts): string {
  return shortened(texts.least(maxNamed), texts.size);
}

function shortened(first: readonly string[], count: number): string {
  const shown = first.slice(0, maxNamed).join(', ');
  return count > maxNamed ? `${shown} and ${count - maxNamed} more` : shown;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
