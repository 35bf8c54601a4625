/** Lines that are looked at; a longer file is no list that people wrote. */
const mostLines = 2000;

/**
 * The suites from which apt takes packages, in order and with repetitions: of a `sources.list`
 * (`deb [options] URL SUITE COMPONENT…`) or of a file in the newer form (`Suites: SUITE…`).
 *
 * @see https://manpages.debian.org/stable/apt/sources.list.5.en.html
 */
export function aptSuites(text: string): readonly string[] {
  const suites: string[] = [];
  for (const raw of text.split('\n', mostLines)) {
    const line = raw.slice(0, 1000).trim();
    if (line.startsWith('Suites:')) suites.push(...words(line.slice('Suites:'.length)));
    else if (line.startsWith('deb ') || line.startsWith('deb\t')) {
      const options = line.indexOf('[');
      const rest = options < 0 ? line.slice(4) : line.slice(line.indexOf(']', options) + 1 || line.length);
      const suite = words(rest)[1];
      if (suite !== undefined) suites.push(suite);
    }
  }
  return suites;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
