/** Names for findings that stay the same from scan to scan, and differ within one. */
import { hash } from 'node:crypto';
import type { Finding } from '../matching/types.ts';
import { oncePer } from './once-per.ts';

/**
 * The fingerprint of each finding with its number among those that share it: what is at two places is two, and neither
 * gets a new name when a version or a path changes.
 *
 * @returns finding key → `1f0e…:2` (16 hexadecimal digits, number from 1)
 */
export const occurrences = oncePer((findings: readonly Finding[]): ReadonlyMap<string, string> => {
  const seen = new Map<string, number>();
  return new Map(
    findings.map(({ key, fingerprint }) => {
      const number = (seen.get(fingerprint) ?? 0) + 1;
      seen.set(fingerprint, number);
      return [key, `${hash('sha256', fingerprint).slice(0, 16)}:${number}`];
    }),
  );
});

/** A UUID (version 5 in form) that follows from what it names. */
export function uuidOf(name: string): string {
  const hex = hash('sha256', name);
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
