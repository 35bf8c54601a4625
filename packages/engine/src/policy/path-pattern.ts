import { matchesGlob } from './glob.ts';

const segmented = 'glob:';

/**
 * Whether a pattern names an absolute path. A plain one is as `matchesGlob` has it: `*` also crosses `/`. One that begins
 * with `glob:` is as in shells and the files of other tools: `*` and `?` stay within one name, a `**` that stands for whole
 * names crosses (`glob:/app/**` + `/*.jar`).
 */
export function matchesPath(path: string, pattern: string): boolean {
  return pattern.startsWith(segmented)
    ? matchesNames(path.split('/'), pattern.slice(segmented.length).split('/'))
    : matchesGlob(path, pattern);
}

/** Like `matchesGlob`, of names instead of characters: on a mismatch only the last `**` is widened. */
function matchesNames(names: readonly string[], patterns: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < names.length) {
    const wanted = patterns[next];
    if (wanted === '**') {
      star = next++;
      starAt = at;
    } else if (wanted !== undefined && matchesGlob(names[at] ?? '', wanted)) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (patterns[next] === '**') next++;
  return next === patterns.length;
}
