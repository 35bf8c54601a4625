/** What differs between two results, and which input made it differ. */
import type { Finding } from '../matching/types.ts';
import { changedDecisions } from './changed-decisions.ts';
import type { ScanResult } from './types.ts';

export interface ChangedInput {
  /** path into `inputs`, `advisories.debian-12` */
  readonly path: string;
  /** null: not there */
  readonly before: string | null;
  readonly after: string | null;
  /** whether matching or a rule read it, in either result */
  readonly read: boolean;
}

export interface ChangedFinding {
  readonly key: string;
  readonly id: string;
  readonly kind: Finding['kind'];
  readonly severity: Finding['severity'];
  readonly package: string | null;
  readonly change: 'appeared' | 'gone' | 'suppressed' | 'counted' | 'changed';
  /** what changed in it: `severity Low, now High` */
  readonly what: readonly string[];
  /** in words, the likeliest first */
  readonly because: readonly string[];
}

export interface Difference {
  readonly before: VerdictWords;
  readonly after: VerdictWords;
  /** what decides otherwise, and why */
  readonly decided: readonly ChangedDecision[];
  readonly inputs: readonly ChangedInput[];
  readonly findings: readonly ChangedFinding[];
}

/** A rule that denies, or another reason against the image (`advisories-stale` …), that only one of the results has. */
export interface ChangedDecision {
  readonly id: string;
  readonly change: 'denies' | 'denies no longer';
  /** in words, what most of its findings changed for first */
  readonly because: readonly string[];
}

export interface VerdictWords {
  readonly reference: string;
  readonly evaluatedAt: string;
  readonly result: ScanResult['verdict']['result'];
  readonly exitCode: number;
  /** ids of the rules that deny */
  readonly rules: readonly string[];
}

export function differenceOf(a: ScanResult, b: ScanResult): Difference {
  const inputs = changedInputs(a, b);
  const findings = changedFindings(a, b, inputs);
  const decided = changedDecisions(a, b, inputs, findings);
  return { before: verdictOf(a), after: verdictOf(b), decided, inputs, findings };
}

function verdictOf({ image, inputs, verdict }: ScanResult): VerdictWords {
  const rules = verdict.rules.filter(({ action }) => action === 'deny').map(({ id }) => id);
  const { result, exitCode } = verdict;
  return { reference: image.reference, evaluatedAt: inputs.evaluatedAt, result, exitCode, rules };
}

function changedInputs(a: ScanResult, b: ScanResult): readonly ChangedInput[] {
  const [before, after] = [flat(a.inputs), flat(b.inputs)];
  const read = new Set([...a.verdict.inputs, ...b.verdict.inputs]);
  const isRead = (path: string) =>
    /^(?:stale$|missing$|product\.|settings\.)/.test(path) || within(path).some((each) => read.has(each));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({
      path,
      before: before.get(path) ?? null,
      after: after.get(path) ?? null,
      read: isRead(path),
    }));
}

/** `advisories.npm`, `advisories`; names may hold dots, so that every beginning is tried. */
function within(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('.'));
}

/** Two levels: what is below is one value. */
function flat(inputs: ScanResult['inputs']): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(inputs)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) found.set(name, words(value));
    else for (const [inner, each] of Object.entries(value)) found.set(`${name}.${inner}`, words(each));
  }
  return found;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

/** The same problem in the same place, whatever the version. */
function sameAs({ fingerprint, kind, evidence }: Finding): string {
  return JSON.stringify([kind, fingerprint, evidence.path ?? evidence.env ?? null]);
}

function changedFindings(a: ScanResult, b: ScanResult, inputs: readonly ChangedInput[]): readonly ChangedFinding[] {
  const [before, after] = [grouped(a), grouped(b)];
  const why = reasons(a, b, inputs);
  const changes: ChangedFinding[] = [];
  for (const [name, list] of after) {
    const others = before.get(name) ?? [];
    list.forEach((finding, at) => {
      const other = others[at];
      if (other === undefined) changes.push(entry(finding, 'appeared', [], why.appeared(finding)));
      else changes.push(...altered(other, finding, why));
    });
  }
  for (const [name, list] of before) {
    const left = list.slice(after.get(name)?.length ?? 0);
    for (const finding of left) changes.push(entry(finding, 'gone', [], why.gone(finding)));
  }
  return changes;
}

function grouped({ findings }: ScanResult): ReadonlyMap<string, readonly Finding[]> {
  return Map.groupBy(findings, sameAs);
}

type Reasons = ReturnType<typeof reasons>;

function altered(a: Finding, b: Finding, why: Reasons): readonly ChangedFinding[] {
  const what: string[] = [];
  if (a.severity !== b.severity) what.push(`severity ${a.severity}, now ${b.severity}`);
  if (a.fix?.state !== b.fix?.state) what.push(`fix ${a.fix?.state ?? 'unknown'}, now ${b.fix?.state ?? 'unknown'}`);
  if (JSON.stringify(a.risk?.kev ?? null) !== JSON.stringify(b.risk?.kev ?? null)) what.push('known exploitation');
  const [open, isOpen] = [a.suppressed.length === 0, b.suppressed.length === 0];
  if (open !== isOpen) return [entry(b, isOpen ? 'counted' : 'suppressed', what, why.suppression(a, b))];
  return what.length === 0 ? [] : [entry(b, 'changed', what, why.judged(b))];
}

function entry(
  finding: Finding,
  change: ChangedFinding['change'],
  what: readonly string[],
  because: readonly string[],
): ChangedFinding {
  const { key, id, kind, severity, package: pkg } = finding;
  return { key, id, kind, severity, package: pkg && `${pkg.name} ${pkg.version}`, change, what, because };
}

function reasons(a: ScanResult, b: ScanResult, inputs: readonly ChangedInput[]) {
  const changed = new Set(inputs.map(({ path }) => path));
  const sameImage = a.inputs.subject.digest !== null && a.inputs.subject.digest === b.inputs.subject.digest;
  const versions = (result: ScanResult) => Map.groupBy(result.packages, ({ type, name }) => `${type}/${name}`);
  const [before, after] = [versions(a), versions(b)];
  const shards = ({ evidence }: Finding) =>
    [
      evidence.advisory?.shard,
      ...(evidence.ratings === undefined ? [] : ratingShards(evidence.records, changed)),
    ].filter((shard): shard is string => shard !== undefined && changed.has(`advisories.${shard}`));
  const others = () =>
    inputs
      .filter(({ path, read }) => read && /^(?:product|catalogers|settings|policy|malware|base)\b/.test(path))
      .map(({ path }) => `${path} changed`);
  const ofPackage = (finding: Finding, from: typeof before, to: typeof after, words: readonly [string, string]) => {
    const { package: pkg } = finding;
    if (pkg === null || sameImage) return [];
    const other = from.get(`${pkg.type}/${pkg.name}`);
    if (other === undefined) return [`image: ${pkg.name} ${words[0]}`];
    const [was, is] = [other, to.get(`${pkg.type}/${pkg.name}`) ?? []].map((list) =>
      [...new Set(list.map(({ version }) => version))].sort().join(', '),
    );
    return was === is ? [] : [`image: ${pkg.name} ${words[1] === 'from' ? `${was}, now ${is}` : `${is}, now ${was}`}`];
  };
  const judged = (finding: Finding) => {
    const found = [...new Set(shards(finding))].map((shard) => `advisories ${shard} changed`);
    const rest = found.length > 0 ? found : others();
    return rest.length > 0 ? rest : sameImage ? ['another input changed'] : ['image: it is another'];
  };
  const told = (list: readonly string[], finding: Finding) => (list.length > 0 ? list : judged(finding));
  return {
    appeared: (finding: Finding) => told(ofPackage(finding, before, after, ['was added', 'from']), finding),
    gone: (finding: Finding) => told(ofPackage(finding, after, before, ['is gone', 'to']), finding),
    judged,
    suppression: (was: Finding, is: Finding) => {
      const [held] = (is.suppressed.length > 0 ? is : was).suppressed;
      const source = held?.source ?? '';
      return is.suppressed.length > 0
        ? [`${held?.by} ${source}: ${held?.reason}`]
        : [`${held?.by} ${source} holds no longer (until ${held?.until ?? 'it was taken out'})`];
    },
  };
}

/** Ratings come from a shard a year; which of them changed is all that is known. */
function ratingShards(records: Finding['evidence']['records'], changed: ReadonlySet<string>): readonly string[] {
  const own = (records ?? []).map(({ shard }) => shard);
  const ratings = [...changed].filter((path) => path.startsWith('advisories.ratings-'));
  return [...own, ...ratings.map((path) => path.slice('advisories.'.length))];
}
