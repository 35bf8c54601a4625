import type { FactName, FileQuery } from '../inventory/types.ts';
import { matchesGlob } from './glob.ts';
import type { Rule } from './policy-file.ts';
import type { RuleScope } from './types.ts';

/** Fields that need a shard of their own, and the shard. */
const signalShards: readonly (readonly [prefix: string, shard: string])[] = [
  ['finding.risk.kev', 'kev'],
  ['finding.risk.ransomware', 'kev'],
  ['finding.risk.epss', 'epss'],
  ['finding.risk.exploit', 'exploits'],
  ['finding.risk.exploit', 'kev'],
  ['finding.risk.maturity', 'exploits'],
  ['finding.risk.maturity', 'kev'],
  ['finding.risk.score', 'epss'],
  ['finding.risk.score', 'exploits'],
  ['finding.risk.score', 'kev'],
  ['image.distro.pastEndOfLife', 'eol'],
  ['image.distro.endOfLife', 'eol'],
];

const subjectFields: readonly (readonly [prefix: string, input: string])[] = [
  ['image.reference', 'subject.reference'],
  ['image.names', 'subject.reference'],
  ['image.registry', 'subject.reference'],
  ['image.repository', 'subject.reference'],
  ['image.tag', 'subject.reference'],
  ['image.os', 'subject.platform'],
  ['image.architecture', 'subject.platform'],
  ['image.platform', 'subject.platform'],
  ['stage', 'subject.stage'],
  ['image.signatures', 'settings.signatures'],
  ['image.signed', 'settings.signatures'],
  ['image.signaturesKnown', 'settings.signatures'],
  ['image.seenDays', 'subject.scannedAt'],
  ['image.feeds', 'feeds'],
];

/** Fields that the base image decides, if one was given. */
const baseField = /^(?:(?:finding|pkg|line)\.(?:inBase|own)|dockerfile|image\.base\.)/;

/** Fields whose value changes from day to day. */
const datedField =
  /\.(?:ageDays|firstSeenDays|ageKnown|knownDays|dateKnown|pastEndOfLife|endOfLifeKnown|kevDays|kevDueDays|seenDays|feeds)$/;

/** Whether one of these rules asks how old the feeds are, which is no part of a result otherwise. */
export function readsFeeds(rules: readonly Rule[]): boolean {
  return rules.some((rule) => ruleReads(rule).includes('image.feeds'));
}

/** The fields that a rule names, in its condition or its message. */
function ruleReads(rule: Rule): readonly string[] {
  return [...new Set([...rule.when.reads, ...rule.message.reads])].sort();
}

/** Shards of signals (`kev`, `epss`, `eol`) that these rules ask for, sorted. */
export function signalsRead(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.flatMap((rule) => ruleReads(rule).flatMap(signals)))].sort();
}

/** Facts that a scope is about, which are gathered only where they are asked for. */
const scopeFacts: Partial<Readonly<Record<RuleScope, FactName>>> = {
  file: 'files',
  instruction: 'dockerfile',
  license: 'licenses',
  user: 'users',
  secret: 'secrets',
};

/** Fields of any scope that need a fact of their own, and the fact. */
const fieldFacts: readonly (readonly [field: string, fact: FactName])[] = [
  ['image.packageManagers', 'programs'],
  ['image.shells', 'programs'],
  ['image.programsKnown', 'programs'],
];

/** Facts that these rules judge, or name, sorted. */
export function factsRead(rules: readonly Rule[]): readonly FactName[] {
  const facts = rules.flatMap((rule) => {
    const reads = ruleReads(rule);
    const ofScope = rule.within === null ? (scopeFacts[rule.scope] ?? []) : [];
    return [ofScope, ...fieldFacts.filter(([field]) => reads.includes(field)).map(([, fact]) => fact)].flat();
  });
  return [...new Set(facts)].sort();
}

/** Files that these rules ask for, each with what they want to know of it. */
export function filesRead(rules: readonly Rule[]): readonly FileQuery[] {
  return rules
    .filter(({ files }) => files.length > 0)
    .map((rule) => ({
      key: JSON.stringify(rule.files),
      wants: (path) => isAskedFor(rule, path),
      sha256: ruleReads(rule).includes('file.sha256'),
      content: rule.when.reads.some((read) => read === 'file.content' || read === 'file.contentKnown'),
    }));
}

/** Fields that need the layers of the image; what the base's are is never more than said, and counts as not said. */
const layerField = /^(?!(?:line|image)\.).*\.(?:layers?|instruction)$|^line\.layer$|^image\.size$/;

/**
 * What these rules look at that no SBOM has, in words, sorted. `layers`: how many there are, which the history may tell.
 */
export function beyondSbom(rules: readonly Rule[]): readonly string[] {
  const words = rules.flatMap((rule) => [
    ...(rule.files.length > 0 ? [`the files of rule ${rule.id}`] : []),
    ...rule.when.reads.flatMap((read) => {
      if (read.startsWith('config.variables')) return [`values of environment variables (rule ${rule.id})`];
      if (read === 'image.layers') return ['layers'];
      return layerField.test(read) ? [`the layers of the image (rule ${rule.id})`] : [];
    }),
  ]);
  return [...new Set(words)].sort();
}

/** A pattern that begins with neither `/` nor `*` is of the end of the path. */
export function isAskedFor({ files }: Rule, path: string): boolean {
  return files.some((pattern) => matchesGlob(path, /^[/*]/.test(pattern) ? pattern : `*/${pattern}`));
}

/** Every signal that a rule may ask for; when no rule does, it does not matter that its shard is missing. */
export const knownSignals: readonly string[] = [...new Set(signalShards.map(([, shard]) => shard))].sort();

/**
 * Paths into the result's `inputs` that rules read: `evaluatedAt`, `advisories.SHARD`, `subject.…`.
 *
 * @param shardsOf shards that the findings come from which a rule's scope is about
 */
export function ruleInputs(rules: readonly Rule[], shardsOf: (rule: Rule) => readonly string[]): ReadonlySet<string> {
  const [inputs, known] = [new Set<string>(), new Set<string>()];
  for (const rule of rules) {
    let asksFindings = false;
    for (const read of ruleReads(rule)) {
      asksFindings ||= read.startsWith('finding.') || read.startsWith('image.counts.');
      // rules read the same few fields
      if (known.has(read)) continue;
      known.add(read);
      for (const input of inputsOf(read)) inputs.add(input);
    }
    if (asksFindings) for (const shard of shardsOf(rule)) inputs.add(`advisories.${shard}`);
  }
  return inputs;
}

function inputsOf(read: string): readonly string[] {
  return [
    ...signals(read).map((shard) => `advisories.${shard}`),
    ...subjectFields.filter(([field]) => read === field).map(([, input]) => input),
    ...(baseField.test(read) ? ['base'] : []),
    ...(read.startsWith('container.') ? ['containers'] : []),
    ...(datedField.test(read) ? ['evaluatedAt'] : []),
  ];
}

function signals(read: string): readonly string[] {
  return signalShards.filter(([prefix]) => read.startsWith(prefix)).map(([, shard]) => shard);
}
