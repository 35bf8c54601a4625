import { describe, expect, it } from 'vitest';
import { caseSubject } from './cases/case-subject.ts';
import type { Given } from './cases/given-facts.ts';
import { evaluate } from './evaluate.ts';
import { loadPolicy } from './load-policy.ts';
import { prepareRegularExpressions } from './regular-expressions.ts';
import { type PeerTerm, peerTerms } from './testing/peer-terms.ts';

/* Every term of docs/reference/policy-terms.md, on facts for which it holds and on facts for which it does not. */

await prepareRegularExpressions('matches');

function holds({ scope, when, files, term }: PeerTerm, given: Given): boolean {
  const rule = {
    id: 'r',
    scope,
    when,
    ...(files && { files }),
    action: 'deny',
    message: 'm',
    ...(/per: package/.test(term) && { per: 'package' }),
  };
  const policy = loadPolicy(JSON.stringify({ name: 'x', rules: [rule] }), 'x.yaml');
  const baseline = { policies: [policy], exceptions: [], gate: true };
  return evaluate(caseSubject(given, '2026-08-22', null), baseline).verdict.rules.length > 0;
}

describe.each(Object.entries(peerTerms))('%s', (_peer, terms) => {
  it.each(terms.map((term) => [term.term, term] as const))('%s', (_, term) => {
    expect(holds(term, term.yes)).toBe(true);
    if (term.when !== 'true') expect(holds(term, term.no)).toBe(false);
  });
});
