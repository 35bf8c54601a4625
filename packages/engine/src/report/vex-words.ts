/** What became of the statements of VEX documents, for the terminal, the page and comments. */
import type { VexOutcome } from '../policy/types.ts';
import { plural } from './finding-words.ts';

export const vexStateWords = {
  applied: 'applied',
  noted: 'noted',
  superseded: 'superseded',
  'other-product': 'other product',
  'no-finding': 'no finding',
  'not-honoured': 'not honoured',
} as const satisfies Record<VexOutcome['state'], string>;

/** Vendors publish documents about all of their products: what is about nothing in this image is counted alone. */
export function vexOfImage(outcomes: readonly VexOutcome[]): {
  readonly listed: readonly VexOutcome[];
  /** `1,200 other statements are about nothing that was found`; null: there are none */
  readonly others: string | null;
} {
  const listed = outcomes.filter(({ state }) => state !== 'no-finding');
  const count = outcomes.length - listed.length;
  const others = `${plural(count, 'statement')} ${count === 1 ? 'is' : 'are'} about nothing that was found`;
  return { listed, others: count === 0 ? null : others };
}
