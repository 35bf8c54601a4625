import type { RatingRecord } from '../types.ts';
import { decodeCvss, decodeLabels, encodeCvss, encodeLabels } from './shard-format.ts';

type StoredRating = readonly [
  cvss: Parameters<typeof decodeCvss>[0],
  cwes: readonly string[],
  published: string | null,
  labels?: Parameters<typeof decodeLabels>[0],
  rejected?: 1,
];

export function encodeRating(rating: RatingRecord): string {
  const row: unknown[] = [encodeCvss(rating.cvss), rating.cwes, rating.published];
  if (rating.labels.length > 0 || rating.rejected) row.push(encodeLabels(rating.labels));
  if (rating.rejected) row.push(1);
  return JSON.stringify(row);
}

export function decodeRating(id: string, json: string): RatingRecord {
  const [cvss, cwes, published, labels, rejected] = JSON.parse(json) as StoredRating;
  return { id, cvss: decodeCvss(cvss), cwes, published, labels: decodeLabels(labels), rejected: rejected === 1 };
}
