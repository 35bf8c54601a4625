import type { FixState } from '../matching/types.ts';

export const fixStates = [
  'fixed',
  'not-fixed',
  'will-not-fix',
  'deferred',
  'end-of-life',
  'under-investigation',
  'unknown',
] as const satisfies readonly FixState[];
