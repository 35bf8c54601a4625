import { fstatSync } from 'node:fs';
import { oneOf } from '../values.ts';

const jobKinds = ['auto', 'gitlab', 'github', 'none'] as const;
export type JobKind = 'gitlab' | 'github' | 'none';

/** Which job this is, as `--job` or the environment says. @throws UsageError */
export function jobKind(given: string | undefined, env: NodeJS.ProcessEnv): JobKind {
  const kind = oneOf(given ?? 'auto', jobKinds, '--job');
  if (kind !== 'auto') return kind;
  // a file that somebody reads later is no log
  if (fstatSync(1, { throwIfNoEntry: false })?.isFile()) return 'none';
  if (env.GITHUB_ACTIONS === 'true') return 'github';
  return env.GITLAB_CI === 'true' ? 'gitlab' : 'none';
}
