import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Compares as the distro's own tool does. */
export interface NativeComparison {
  /** is `a` lower than `b`, for each pair */
  less(pairs: readonly (readonly [a: string, b: string])[]): boolean[];
}

export const noDpkg = existsSync('/usr/bin/dpkg') ? undefined : 'needs dpkg';
export const noChroot =
  process.getuid?.() === 0 && process.arch === 'x64' ? undefined : 'needs root on x86-64 (chroot)';

export const dpkg: NativeComparison = {
  less: (pairs) =>
    askOnce(pairs, [
      'sh',
      '-c',
      'while read -r a b; do dpkg --compare-versions "$a" lt "$b" && echo "<" || echo no; done',
    ]),
};

/** The `apk` of an unpacked Alpine root. */
export function apkIn(root: string): NativeComparison {
  const script = 'while read -r a b; do apk version -t "$a" "$b"; done';
  return { less: (pairs) => askOnce(pairs, ['chroot', root, '/bin/sh', '-c', script]) };
}

/** Each different pair is asked for once, all of them in one process. */
function askOnce(pairs: readonly (readonly [string, string])[], [program = '', ...args]: readonly string[]): boolean[] {
  const lines = pairs.map(([a, b]) => `${a} ${b}`);
  if (lines.some((line) => !/^\S+ \S+$/.test(line))) throw new Error('a version that is no word');
  const asked = [...new Set(lines)];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const answers = execFileSync(program, args, {
    input: asked.map((line) => `${line}\n`).join(''),
    env,
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');
  if (asked.length > 0 && answers.length !== asked.length) throw new Error(`${program} did not answer every question`);
  const known = new Map(asked.map((line, at) => [line, answers[at] === '<']));
  return lines.map((line) => known.get(line) ?? false);
}
