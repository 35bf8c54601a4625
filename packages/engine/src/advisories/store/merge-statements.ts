/** What `encodeStatement` writes: the ids, one alone or several, then the rest. Ids with a backslash stay as they are. */
const statement = /^\{"i":(?:"([^"\\]*)"|\[((?:"[^"\\]*",?)+)\])(.*)$/s;

/**
 * The row of one package: statements that say the same of several vulnerabilities become one. A distro fixes hundreds of a browser
 * or a kernel at once, so that a release is a quarter of the size, and a look-up has a quarter to parse.
 *
 * @param encoded by `encodeStatement`, in any order; the same statements give the same row
 */
export function mergeStatements(encoded: readonly string[]): string {
  const byRest = new Map<string, Set<string>>();
  const whole = new Set<string>();
  for (const text of encoded) {
    const [, id, ids, rest] = statement.exec(text) ?? [];
    if (rest === undefined) {
      whole.add(text);
      continue;
    }
    const known = byRest.get(rest) ?? new Set();
    byRest.set(rest, known);
    for (const one of id === undefined ? ids!.slice(1, -1).split('","') : [id]) known.add(one);
  }
  const merged = [...byRest].map(([rest, ids]) => {
    const quoted = [...ids].sort().map((id) => `"${id}"`);
    return `{"i":${quoted.length === 1 ? quoted[0] : `[${quoted.join(',')}]`}${rest}`;
  });
  return `[${[...merged, ...whole].sort().join(',')}]`;
}
