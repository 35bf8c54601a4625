import { z } from 'zod';
import { type AttestedVerdict, statementType, vulnerabilityType } from './statement.ts';

const verdictForm = z.object({
  result: z.enum(['pass', 'warn', 'fail']),
  exitCode: z.int().min(0).max(255),
  stage: z.string(),
  evaluatedAt: z.iso.date(),
  policies: z.record(z.string(), z.string()),
  denied: z.array(z.string()),
  resultDigest: z.string(),
});

const statementForm = z.object({
  _type: z.literal(statementType),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
  predicate: z.unknown(),
});

/** What a signed statement says. */
export type ReadStatement =
  | { readonly digests: readonly string[]; readonly verdict: AttestedVerdict }
  | { readonly why: string };

/** Never throws: that it is signed does not say that it has sense. */
export function readStatement(payload: Buffer): ReadStatement {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return { why: 'its statement is no JSON' };
  }
  const statement = statementForm.safeParse(value);
  if (!statement.success) return { why: 'it is no in-toto statement' };
  const { subject, predicateType, predicate } = statement.data;
  if (predicateType !== vulnerabilityType) return { why: `it is about something else (${predicateType})` };
  const verdict = z.object({ verdict: verdictForm }).safeParse(predicate);
  if (!verdict.success) return { why: 'it lists vulnerabilities and says no verdict' };
  return {
    digests: subject.flatMap(({ digest }) => (digest.sha256 === undefined ? [] : [`sha256:${digest.sha256}`])),
    verdict: verdict.data.verdict,
  };
}
