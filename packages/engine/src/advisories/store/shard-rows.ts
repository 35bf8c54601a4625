import type { RatingRecord } from '../types.ts';
import { decodeCvss, decodeLabels, encodeCvss, encodeLabels } from './shard-format.ts';

type StoredRating = readonly [
  cvss: Parameters<typeof decodeCvss>[0],
  cwes: readonly string[],
  published: string | null,
  labels?: Parameters<typeof decodeLabels>[0],
  rejected?: 1 | 0,
  exploitation?: NonNullable<RatingRecord['exploitation']>,
];

export function encodeRating(rating: RatingRecord): string {
  const row: unknown[] = [encodeCvss(rating.cvss), rating.cwes, rating.published];
  const { exploitation } = rating;
  const flags = exploitation === undefined ? (rating.rejected ? [1] : []) : [Number(rating.rejected), exploitation];
  if (rating.labels.length > 0 || flags.length > 0) row.push(encodeLabels(rating.labels));
  row.push(...flags);
  return JSON.stringify(row);
}

export function decodeRating(id: string, json: string): RatingRecord {
  const [cvss, cwes, published, labels, rejected, exploitation] = JSON.parse(json) as StoredRating;
  return {
    id,
    cvss: decodeCvss(cvss),
    cwes,
    published,
    labels: decodeLabels(labels),
    rejected: rejected === 1,
    ...(exploitation === undefined ? {} : { exploitation }),
  };
}
