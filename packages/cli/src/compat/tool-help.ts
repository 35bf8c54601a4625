import { columns } from '../columns.ts';
import type { ForeignTool } from './foreign-tool.ts';

/** What is understood of a tool's command line, and what it does here. */
export function toolHelp(tool: ForeignTool): string {
  const rows = tool.options.map(({ names, takes, here }) => [
    `  ${[...names].sort((a, b) => a.length - b.length).join(', ')}${takes === undefined ? '' : ` ${takes}`}`,
    here,
  ]);
  const variables = tool.variables.map(([name, here]) => [`  ${name}`, here]);
  return [
    `Usage: ${tool.name} ${tool.usage}`,
    '',
    `Plimsoll in the place of ${tool.name}: ${tool.about}.`,
    '',
    'Options:',
    columns(rows),
    ...(variables.length === 0 ? [] : ['', 'Variables:', columns(variables)]),
    '',
    'Exit codes:',
    columns(exitRows(tool).map(([code, meaning]) => [`  ${code}`, meaning])),
    '',
    'Settings of plimsoll scan apply as well: variables (PLIMSOLL_DB_DIR …) and plimsoll.yaml.',
    '',
  ].join('\n');
}

const meanings = {
  1: 'the policy is broken',
  4: 'not all of the image could be read',
  5: 'advisories are missing or stale',
  3: 'the scan could not be done',
  2: 'a file or a setting is wrong',
  usage: 'the command line is wrong',
} as const;

/** Every code that the tool may end with, and what it then means. */
export function exitRows(tool: ForeignTool): readonly (readonly [code: string, meaning: string])[] {
  const byCode = new Map<number, string[]>([[0, ['the image may pass']]]);
  for (const key of [1, 4, 5, 3, 2, 'usage'] as const) {
    const code = tool.exits[key];
    byCode.set(code, [...(byCode.get(code) ?? []), meanings[key]]);
  }
  for (const [code, meaning] of tool.otherExits ?? []) byCode.set(code, [...(byCode.get(code) ?? []), meaning]);
  byCode.set(130, ['interrupted']);
  return [...byCode].sort(([a], [b]) => a - b).map(([code, all]) => [String(code), all.join('; ')]);
}
