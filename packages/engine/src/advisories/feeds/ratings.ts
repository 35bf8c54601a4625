import type { CvssRating, LabelRating, Severity } from '../types.ts';

const words: Readonly<Record<string, Severity>> = {
  none: 'Negligible',
  negligible: 'Negligible',
  unimportant: 'Negligible',
  low: 'Low',
  medium: 'Medium',
  moderate: 'Medium',
  high: 'High',
  important: 'High',
  critical: 'Critical',
};

/** A rating in words; undefined: not a rating (`untriaged`, `not yet assigned`, `unknown` …). */
export function severityOf(word: unknown): Severity | undefined {
  const key = typeof word === 'string' ? word.toLowerCase() : '';
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

/**
 * Band of a base score.
 * @see https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
 */
export function severityOfScore(score: number): Severity | undefined {
  if (!(score >= 0 && score <= 10)) return undefined;
  if (score >= 9) return 'Critical';
  if (score >= 7) return 'High';
  if (score >= 4) return 'Medium';
  return score > 0 ? 'Low' : 'Negligible';
}

const vectorShape = /^(?:CVSS:(\d\.\d)\/)?\(?[A-Za-z]{1,3}:[A-Za-z]{1,10}(?:\/[A-Za-z]{1,3}:[A-Za-z]{1,10}){2,40}\)?$/;

/** A CVSS vector with its version; undefined: not one. Version 2 vectors carry none. */
export function cvssRating(source: string, vector: unknown, score: unknown = null): CvssRating | undefined {
  if (typeof vector !== 'string' || vector.length > 500) return undefined;
  const shape = vectorShape.exec(vector);
  if (shape === null) return undefined;
  const version = shape[1] ?? '2.0';
  if (!['2.0', '3.0', '3.1', '4.0'].includes(version)) return undefined;
  return { source, version, vector, score: typeof score === 'number' && score >= 0 && score <= 10 ? score : null };
}

/** Sorted by source, version, vector; each once. */
export function sortCvss(ratings: Iterable<CvssRating>): CvssRating[] {
  const byKey = new Map<string, CvssRating>();
  for (const rating of ratings) {
    const key = `${rating.source}\0${rating.version}\0${rating.vector}`;
    const other = byKey.get(key);
    if (other === undefined || other.score === null) byKey.set(key, rating);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rating]) => rating);
}

/** Sorted by source; each once. */
export function sortLabels(labels: Iterable<LabelRating>): LabelRating[] {
  const byKey = new Map<string, LabelRating>();
  for (const label of labels) byKey.set(`${label.source}\0${label.severity}`, label);
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, label]) => label);
}

const cweShape = /CWE-\d{1,6}/g;

/** CWE ids in texts, sorted. */
export function cweIds(texts: Iterable<unknown>): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (typeof text === 'string') for (const id of text.match(cweShape) ?? []) found.add(id);
  }
  return [...found].sort();
}
