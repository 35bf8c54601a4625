/**
 * Whether the whole text matches a pattern in which `*` stands for any run of characters (also `/` and none) and `?` for
 * one. Everything else is literal, upper and lower case differ. On a mismatch only the last `*` is widened, which is
 * enough for such patterns: at worst text × pattern steps, whoever wrote the two.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === '*') {
      star = next++;
      starAt = at;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[at])) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}
