/** Reports that people have looked at. `UPDATE_GOLDEN=1` writes them anew; the difference is reviewed like code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

export function expectGolden(name: string, text: string): void {
  const file = new URL(`../testdata/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
