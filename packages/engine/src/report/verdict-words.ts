/** The verdict in one line and the reasons behind it, in words that the terminal and the page share. */
import type { Finding } from '../matching/types.ts';
import type { Change, RuleOutcome } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { plural } from './finding-words.ts';

/** What follows the word FAIL, WARN or PASS. */
export function verdictWords(result: ScanResult): string {
  const { verdict } = result;
  const codes = new Set(verdict.reasons.map((reason) => reason.code));
  if (verdict.result === 'pass') return 'The image may pass';
  if (verdict.result === 'warn') {
    const warnings = verdict.rules.filter((rule) => rule.action === 'warn').length;
    return warnings === 0
      ? 'The image may pass, with warnings'
      : `The image may pass, with ${plural(warnings, 'warning')}`;
  }
  if (verdict.exitCode === 0) return 'The image would be stopped, but the gate is switched off';
  if (verdict.exitCode === 4) return 'The image is stopped: not all of it could be read';
  if (verdict.exitCode === 5) {
    return codes.has('advisories-missing')
      ? 'The image is stopped: advisories that it needs are missing'
      : 'The image is stopped: the advisories that it needs are stale';
  }
  const denied = verdict.rules.filter((rule) => rule.action === 'deny').length;
  return denied === 0
    ? 'The image is stopped'
    : `The image is stopped: ${denied === 1 ? '1 rule is broken' : `${denied} rules are broken`}`;
}

/**
 * What is said where no vulnerability stands in the list. "None was found" is true only where all advisories were at hand and
 * all packages could be read.
 */
export function noVulnerabilityWords({ inputs, incomplete }: ScanResult): string {
  if (inputs.missing.length > 0) return 'No vulnerability can be ruled out: advisories are missing (see Not seen).';
  if (inputs.stale.length > 0) return 'No vulnerability was found, but the advisories are out of date (see Not seen).';
  if (incomplete.length > 0) return 'No known vulnerability was found in what could be seen (see Not seen).';
  return 'No known vulnerability was found.';
}

/** Characters of an image ID that people and engines show. */
const shortIdChars = 12;

/** `sha256:4d4d4d4d4d4d…` as engines show it: `4d4d4d4d4d4d`. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, shortIdChars);
}

/** Distro, platform, layers, packages and ID, most telling first. */
export function imageWords(result: ScanResult): readonly string[] {
  const { image } = result;
  const { distro } = image;
  const release =
    distro === null ? 'no distro' : (distro.prettyName ?? [distro.id, distro.version ?? ''].join(' ').trim());
  return [
    release,
    ...(image.platform === null ? [] : [image.platform]),
    ...(image.layers.length === 0 ? [] : [plural(image.layers.length, 'layer')]),
    plural(result.packages.length, 'package'),
    ...(image.id === null ? [] : [`id:${shortDigest(image.id)}`]),
  ];
}

export const exampleNotice =
  'Made with the example advisories of the demo: a handful of old records, no judgement of a real image.';

/** What the rule says, unless it only lists its findings: then their rows say it better, and null is returned. */
export function ruleWords(rule: RuleOutcome, findings: readonly Finding[]): string | null {
  return findings.some((finding) => finding.package !== null && rule.message.includes(finding.id))
    ? null
    : rule.message;
}

/** Findings that a rule made of a fact, or that say what the rule says: their rows would say it again. */
export function saysItself(rule: RuleOutcome, findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.id === rule.id || finding.kind === 'end-of-life');
}

/** What judging again with the changes gave: `Judged again with these 3 changes: the image passes.`; null: none was made. */
export function afterChangesWords({ verdict }: ScanResult): string | null {
  const { afterChanges: after, changes } = verdict;
  if (after === undefined) return null;
  const areUpgrades = after.made === changes.filter(({ upgrade }) => upgrade !== undefined).length;
  const what = areUpgrades ? 'upgrade' : 'change';
  // of an upgrade that is not enough the rules say that it still stops the image
  const open = changes.filter(({ kind, proven }) => (kind === 'base' || kind === 'distro') && proven === false).length;
  const isOpen = open === 0 ? '' : after.made === 1 ? ', which is not proven' : ', one of them not proven';
  const made = `Judged again with ${after.made === 1 ? `this ${what}` : `these ${after.made} ${what}s`}${isOpen}`;
  if (after.result !== 'fail') return `${made}: the image passes${after.result === 'warn' ? ', with warnings' : ''}.`;
  const others = after.reasons
    .map(({ code }) => code)
    .filter((code) => code !== 'policy' && code !== 'policy-not-gated');
  return `${made}: still stopped by ${shortList([...after.rules, ...others])}.`;
}

/** What of a step was judged again: `judged with USER 65532:65532`, `not proven: …`; null: nothing to say. */
export function proofWords({ proven, note, upgrade }: Change): string | null {
  if (proven === undefined) return null;
  if (!proven) return note === undefined ? 'not proven' : `not proven: ${note}`;
  return upgrade !== undefined || note === undefined ? null : `proven ${note}`;
}

/** Names of rules that one line has. */
const maxNamedRules = 5;

function shortList(names: readonly string[]): string {
  const more = names.length - maxNamedRules;
  return names.slice(0, maxNamedRules).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
