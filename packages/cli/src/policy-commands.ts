import { packWords, parameters, run, tableOrJson, textOrJson } from './command-options.ts';
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
  {
    usage: 'policy test <file...>',
    description: 'judge the cases of YAML files and say which are judged other than they expect; 1 when one is',
    options: [
      {
        flags: '--every-rule',
        description: 'also 1 when a rule has no case that breaks it, or none that it lets pass',
      },
      {
        ...textOrJson,
        description: 'text, json or junit; repeatable (default: text)',
        words: ['text', 'json', 'junit'],
      },
      ...run,
    ],
    examples: [
      'plimsoll policy test team.test.yaml',
      'plimsoll policy test --every-rule --format junit=cases.xml team.test.yaml',
    ],
    load: async () => (await import('./commands/policy-test.ts')).runPolicyTest,
  },
  {
    usage: 'policy explain <result>',
    description: 'tell of each rule what it looked at in a result of scan (--format json), and which values decided',
    options: [
      {
        flags: '--policy <pack|file>',
        description: 'policy to explain; repeatable (default: the packs that judged the image)',
        repeat: true,
        takes: 'pack',
        words: packWords,
      },
      parameters,
      { flags: '--rule <id>', description: 'only this rule; repeatable', repeat: true },
      textOrJson,
      ...run,
    ],
    examples: [
      'plimsoll policy explain result.json',
      'plimsoll policy explain result.json --policy team.yaml --rule no-compilers',
    ],
    load: async () => (await import('./commands/policy-explain.ts')).runPolicyExplain,
  },
];
