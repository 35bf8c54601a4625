import { compareNumerals, type Numeral, numeral, orderingSign } from '../numeral.ts';
import type { Ordering, VersionScheme } from '../scheme.ts';
import { compareSemanticVersions, explainSemanticVersions, type SemanticVersion } from '../semver/semantic-version.ts';
import { parseSemver } from '../semver/semver-version.ts';

interface BitnamiVersion {
  readonly upstream: SemanticVersion;
  readonly revision: Numeral;
}

/** The revision: how often Bitnami packed the same upstream version again. Without one it is 0. */
const revised = /^(.+)-(\d+)$/s;

function parse(text: string): BitnamiVersion | undefined {
  const [, core = text, revision = '0'] = revised.exec(text) ?? [];
  const upstream = parseSemver(core);
  return upstream && { upstream, revision: numeral(revision) };
}

function compare(a: BitnamiVersion, b: BitnamiVersion): Ordering {
  return compareSemanticVersions(a.upstream, b.upstream) || compareNumerals(a.revision, b.revision);
}

/**
 * Versions of Bitnami's components: a semantic version, and behind a dash the revision, which comes after the version
 * without one (`17.2.0 < 17.2.0-8`). As a semantic version it would be a pre-release, and come before.
 *
 * @see https://github.com/bitnami/vulndb
 */
export const bitnamiScheme: VersionScheme<BitnamiVersion> = {
  name: 'bitnami',
  parse,
  compare,
  explain(a, b) {
    if (compareSemanticVersions(a.upstream, b.upstream) !== 0) return explainSemanticVersions(a.upstream, b.upstream);
    const order = compareNumerals(a.revision, b.revision);
    return order === 0 ? 'equal' : `revision: ${a.revision} ${orderingSign(order)} ${b.revision}`;
  },
};
