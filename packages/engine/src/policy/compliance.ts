import { frameworks } from './frameworks.ts';
import type { Policy, Rule } from './policy-file.ts';
import { factsRead } from './rule-inputs.ts';
import type { ControlOutcome, PolicySubject, Reason, RuleOutcome } from './types.ts';

/**
 * Each control of each framework that a policy stands for: failed when a denying rule was broken, passed when all of its
 * rules hold and could see what they are about. For everything else a person has to look, and `note` says why.
 */
export function controlOutcomes(
  policies: readonly Policy[],
  outcomes: readonly RuleOutcome[],
  reasons: readonly Reason[],
  subject: PolicySubject,
): readonly ControlOutcome[] {
  return frameworks.flatMap(({ name, controls }) => {
    const rules = policies
      .filter(({ framework }) => framework === name)
      .flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
    if (rules.length === 0) return [];
    return controls.map(({ id, title }): ControlOutcome => {
      const own = rules.filter(({ rule }) => rule.controls.includes(id));
      const broken = outcomes.filter((outcome) =>
        own.some(({ policy, rule }) => policy.name === outcome.policy && rule.id === outcome.id),
      );
      const failed = broken.some(({ action }) => action === 'deny');
      const note = failed
        ? null
        : own.length === 0
          ? 'an image does not show it'
          : doubt(
              own.map(({ rule }) => rule),
              broken,
              reasons,
              subject,
            );
      const state = failed ? 'failed' : note === null ? 'passed' : 'needs-a-person';
      return {
        framework: name,
        id: id.slice(name.length + 1),
        title,
        state,
        rules: broken.map((outcome) => outcome.id),
        note,
      };
    });
  });
}

/** Why rules that no deny has broken do not show that a control is met; null: they do. */
function doubt(
  rules: readonly Rule[],
  warned: readonly RuleOutcome[],
  reasons: readonly Reason[],
  { inventory, malwareScanned }: PolicySubject,
): string | null {
  if (warned.length > 0) return warned.map(({ message }) => message).join('; ');
  const asksAdvisories = rules.some(
    ({ scope, when }) =>
      scope === 'vulnerability' ||
      scope === 'malware' ||
      when.reads.some((read) => /^image\.(?:distro|counts)\b/.test(read)),
  );
  const unseen = reasons.find(({ exitCode }) => exitCode === 4 || (exitCode === 5 && asksAdvisories));
  if (unseen) return unseen.message;
  if (inventory.facts.config === null && rules.some(({ scope }) => scope === 'config'))
    return 'there is no configuration to look at';
  const missing = factsRead(rules).find((fact) => inventory.facts[fact] === undefined);
  if (missing !== undefined) return `the image's ${missing} were not seen`;
  if (inventory.facts.containers === undefined && rules.some(({ scope }) => scope === 'runtime'))
    return 'no container of the image was looked at (--container)';
  if (!malwareScanned && rules.some(({ scope }) => scope === 'malware'))
    return 'files were not scanned for malware (--clamd)';
  const asksSignatures = rules.some(({ when }) => when.reads.some((read) => read.startsWith('image.sign')));
  if (asksSignatures && inventory.facts.signatures === undefined)
    return 'signatures were not looked for (--signature-key, for an image of a registry)';
  return null;
}
