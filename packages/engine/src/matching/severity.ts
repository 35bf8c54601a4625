import {
  type AdvisoryRecord,
  type CvssRating,
  type LabelRating,
  type RatingRecord,
  type Severity,
  severities,
} from '../advisories/types.ts';
import { scoreCvss, severityOfScore } from './cvss.ts';
import type { Risk } from './types.ts';
import { compareText } from './vulnerability-group.ts';

/** Every rating of one vulnerability, each once, sorted by source. */
export interface Ratings {
  readonly labels: readonly LabelRating[];
  readonly cvss: readonly CvssRating[];
}

/** A severity and whose it is; null: nobody rates it. */
export interface RatedSeverity {
  readonly severity: Severity;
  readonly source: string | null;
}

/** Who rates every CVE. */
const raters = ['nvd', 'cisa-vulnrichment', 'github'] as const;

/** In which order sources are believed: `distro` is the distro's own rating of its package. All others come after, together. */
export const defaultSeverityOrder: readonly string[] = ['distro', ...raters];

/** What sources are called in ratings; besides, those who assign CVEs have their own names or addresses. */
export const ratingSources: readonly string[] = [
  ...defaultSeverityOrder,
  ...['amazon', 'arch', 'debian', 'microsoft', 'oracle', 'photon', 'redhat', 'suse', 'ubuntu'],
  ...['bitnami', 'go', 'openssf', 'osv', 'pypa', 'rustsec'],
];

/** Sources whose labels are nobody's own judgement of a distro's package, even where they stand in the distro's records. */
const foreign: readonly string[] = [...raters, 'osv'];

/** CVSS versions as NVD shows them: v4.0 where it gives one, else the newest v3, else v2. */
const versionOrder: readonly string[] = ['4.0', '3.1', '3.0', '2.0'];

/** Index in `severities`: 0 for Unknown, 1 to 5 for Negligible to Critical. */
export function levelOf(severity: Severity): number {
  return severities.indexOf(severity);
}

/** Puts the ratings of advisory records and of those who rate every CVE together. */
export function collectRatings(sources: readonly (AdvisoryRecord | RatingRecord)[]): Ratings {
  const labels = new Map<string, LabelRating>();
  const cvss = new Map<string, CvssRating>();
  for (const source of sources) {
    for (const label of source.labels) labels.set(JSON.stringify([label.source, label.severity]), label);
    for (const rating of source.cvss) {
      const key = JSON.stringify([rating.source, rating.version, rating.vector]);
      const known = cvss.get(key);
      if (!known || (known.score ?? -1) < (rating.score ?? -1)) cvss.set(key, rating);
    }
  }
  const sorted = <T>(byKey: Map<string, T>): T[] =>
    byKey.size < 2 ? [...byKey.values()] : [...byKey].sort(([a], [b]) => compareText(a, b)).map(([, value]) => value);
  return { labels: sorted(labels), cvss: sorted(cvss) };
}

/**
 * The severity that counts: of the first source in the order that gives one, else the highest that another source gives the
 * same vulnerability. Unknown where nobody rates it: never a guess.
 *
 * @param ratings everybody's
 * @param own labels of the distro's own records, for a distro package; else empty
 */
export function chooseSeverity(
  ratings: Ratings,
  own: readonly LabelRating[],
  order: readonly string[] = defaultSeverityOrder,
): RatedSeverity {
  for (const source of order) {
    const rated =
      source === 'distro' ? highest(own, (label) => !foreign.includes(label.source)) : severityBy(source, ratings);
    if (rated) return rated;
  }
  const others = otherSources(ratings, order).flatMap((source) => severityBy(source, ratings) ?? []);
  return highest(others) ?? { severity: 'Unknown', source: null };
}

/** A vector says more than a label; GitHub and vendors state a label where they mean another than the vector gives. */
function severityBy(source: string, ratings: Ratings): LabelRating | undefined {
  const label = highest(ratings.labels, (rating) => rating.source === source);
  const vector = source === 'nvd' || !label ? bestVector(source, ratings) : undefined;
  return vector ? { source, severity: severityOfScore(vector.version, vector.score) } : label;
}

/** The first of the highest; Unknown is no rating. */
function highest(
  labels: readonly LabelRating[],
  counts: (label: LabelRating) => boolean = () => true,
): LabelRating | undefined {
  let best: LabelRating | undefined;
  for (const label of labels) {
    if (label.severity === 'Unknown' || !counts(label)) continue;
    if (best === undefined || isHigher(label, best)) best = label;
  }
  return best;
}

function isHigher(a: LabelRating, b: LabelRating): boolean {
  return (levelOf(a.severity) - levelOf(b.severity) || compareText(b.source, a.source)) > 0;
}

/** Whom the order does not name. */
function otherSources({ labels, cvss }: Ratings, order: readonly string[]): string[] {
  const sources = new Set<string>();
  for (const { source } of labels) if (!order.includes(source)) sources.add(source);
  for (const { source } of cvss) if (!order.includes(source)) sources.add(source);
  return [...sources].sort();
}

/**
 * The vector that is shown: of the source whose severity counts where it has one, else of the first in the same order of
 * sources. See `ratedScore`.
 */
export function chooseVector(
  ratings: Ratings,
  source: string | null,
  order: readonly string[] = defaultSeverityOrder,
): Risk['cvss'] {
  if (ratings.cvss.length === 0) return null;
  for (const candidate of [...(source === null ? [] : [source]), ...order, ...otherSources(ratings, order)]) {
    const vector = bestVector(candidate, ratings);
    if (vector) return vector;
  }
  return null;
}

function bestVector(source: string, { cvss }: Ratings): NonNullable<Risk['cvss']> | undefined {
  let best: NonNullable<Risk['cvss']> | undefined;
  for (const rating of cvss) {
    if (rating.source !== source || !versionOrder.includes(rating.version)) continue;
    const score = ratedScore(rating);
    if (score === null) continue;
    const { version, vector } = rating;
    const other = { source, version, vector, score };
    if (best === undefined || isShownBefore(other, best)) best = other;
  }
  return best;
}

function isShownBefore(a: NonNullable<Risk['cvss']>, b: NonNullable<Risk['cvss']>): boolean {
  const rank = (version: string): number => versionOrder.indexOf(version);
  return (rank(a.version) - rank(b.version) || b.score - a.score || compareText(a.vector, b.vector)) < 0;
}

/**
 * Computed; as stated where the vector is broken. Of a v4.0 vector with threat metrics some state the base score (VulDB)
 * and some the score of the whole vector (GitHub): both are right, and the source's choice stands.
 */
function ratedScore(rating: CvssRating): number | null {
  const known = scores.get(rating);
  if (known !== undefined) return known;
  const { vector, score } = rating;
  const computed = scoreCvss(vector);
  const rated = !computed ? score : score === computed.base ? computed.base : computed.score;
  scores.set(rating, rated);
  return rated;
}

/** One rating is asked for by each source in the order, and by each package that it is about. */
const scores = new WeakMap<CvssRating, number | null>();
