import { parameters, run, tableOrJson, textOrJson } from './command-options.ts';
import type { CommandSpec } from './command-table.ts';

/** `plimsoll policy …`: what people who write policies need. */
export const policyCommands: readonly CommandSpec[] = [
  {
    usage: 'policy check <policy...>',
    description: 'say what is wrong in policy files, with line and column, and what they need; 1 for what is doubtful',
    options: [textOrJson, ...run],
    examples: ['plimsoll policy check team.yaml policies.yaml'],
    load: async () => (await import('./commands/policy.ts')).runPolicyCheck,
  },
  {
    usage: 'policy list [policy...]',
    description: 'list the packs, or the rules of packs and policy files',
    options: [parameters, tableOrJson, ...run],
    examples: ['plimsoll policy list', 'plimsoll policy list default team.yaml'],
    load: async () => (await import('./commands/policy.ts')).runPolicyList,
  },
];
