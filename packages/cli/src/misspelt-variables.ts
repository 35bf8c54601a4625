import { nearestName } from '@plimsoll/engine';
import { settingNames } from './command-table.ts';
import { variableOf } from './settings.ts';

/** Variables that are no settings of a command: a job's own (`PLIMSOLL_IMAGE`) are left alone unless one of ours is near. */
const others = ['PLIMSOLL_CONFIG', 'PLIMSOLL_DEBUG', 'PLIMSOLL_HANDED_OVER', 'PLIMSOLL_RUN_SOURCES'].concat(
  ['HOST', 'USERNAME', 'PASSWORD', 'TOKEN'].map((name) => `PLIMSOLL_REGISTRY_${name}`),
  'PLIMSOLL_COMMENT_TOKEN',
  // of the job templates in ci/
  ['IMAGE', 'OPTIONS', 'RULES', 'TARGET'].map((name) => `PLIMSOLL_${name}`),
);

/**
 * Notes about variables that look like a misspelt setting: `PLIMSOLL_FAILON` would leave the gate open without a word.
 */
export function misspeltVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const given = Object.keys(env).filter((name) => name.startsWith('PLIMSOLL_') && env[name]);
  if (given.length === 0) return [];
  const known = [...settingNames.map((name) => variableOf(`--${name}`)), ...others];
  const unknown = given.filter((name) => !known.includes(name)).sort();
  if (unknown.length === 0) return [];
  const prefix = 'PLIMSOLL_'.length;
  return unknown.flatMap((name) => {
    // Without what all of them begin with, which would make any two of them near.
    const near = nearestName(
      name.slice(prefix),
      known.map((one) => one.slice(prefix)),
    );
    return near === undefined ? [] : [`${name} is no setting and was not used; did you mean PLIMSOLL_${near}?`];
  });
}
