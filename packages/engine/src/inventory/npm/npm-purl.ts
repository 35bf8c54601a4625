import { buildPurl } from '../purl.ts';

/** The scope is the namespace: `@babel/core` → `pkg:npm/%40babel/core`. */
export function npmPurl(name: string, version: string): string {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  return buildPurl({ type: 'npm', namespace: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1), version });
}
