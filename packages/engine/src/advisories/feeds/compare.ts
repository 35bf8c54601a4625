import { findScheme } from '../../versions/schemes.ts';
import type { Compare } from './osv-ranges.ts';

/** Comparator of a scheme; null: there is none yet. It says null for what is no version of the scheme. */
export function schemeCompare(name: string): Compare | null {
  const scheme = findScheme(name);
  if (scheme === undefined) return null;
  // feeds name the same versions again and again
  const parsed = new Map<string, unknown>();
  const parse = (text: string): unknown => {
    let version = parsed.get(text);
    if (version === undefined && !parsed.has(text)) {
      version = scheme.parse(text);
      parsed.set(text, version);
    }
    return version;
  };
  return (a, b) => {
    const left = parse(a);
    const right = parse(b);
    return left === undefined || right === undefined ? null : scheme.compare(left, right);
  };
}
