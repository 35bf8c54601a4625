import { describeImage } from '../image/read-image.ts';
import type { Environment } from '../image/types.ts';
import { parseRegistryReference } from '../registry/registry-reference.ts';
import type { RegistryOptions } from '../registry/types.ts';
import { signerWords, type Trust } from '../signing/check-signer.ts';
import { checkBundle } from './check-bundle.ts';
import { readStatement } from './read-statement.ts';
import { fetchBundles } from './referrers.ts';
import type { AttestedVerdict } from './statement.ts';

export interface VerifyRequest {
  /** in a registry, without `registry:` */
  readonly image: string;
  readonly platform?: string | undefined;
  readonly trust: Trust;
  /** instead of those that hang to the image */
  readonly bundles?: readonly { readonly name: string; readonly bytes: Buffer }[] | undefined;
  /** names of policies, or their digests, that must have judged it */
  readonly policies: readonly string[];
  /** oldest judgement that still counts, days; undefined: any */
  readonly maxAgeDays?: number | undefined;
  /** `YYYY-MM-DD` */
  readonly at: string;
  readonly registry?: RegistryOptions | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One bundle that was looked at. */
export interface LookedAt {
  /** digest of the manifest that carries it, or name of its file */
  readonly bundle: string;
  /** null: it does not count */
  readonly signer: string | null;
  readonly verdict: AttestedVerdict | null;
  /** why it does not count, or what its verdict lacks; empty for one that lets the image pass */
  readonly problems: readonly string[];
}

export interface Verification {
  /** `HOST/NAME@sha256:…` */
  readonly subject: string;
  /** 0, or what the gate says: 1 no, 4 and 5 as the attested verdict ended with, 5 also for one that is too old */
  readonly exitCode: number;
  /** in words, why */
  readonly reason: string;
  /** the newest that counts comes first */
  readonly attestations: readonly LookedAt[];
}

/**
 * Whether an image may pass by what was attested for it. The newest judgement that is signed by somebody trusted decides; of
 * several of one day the strictest.
 *
 * @throws ImageError, AttestError
 */
export async function verifyImage(request: VerifyRequest): Promise<Verification> {
  const { image, platform, trust, registry = {}, environment, signal } = request;
  const reference = parseRegistryReference(image.replace(/^registry:/, ''));
  const there = await describeImage(`registry:${image.replace(/^registry:/, '')}`, {
    platform,
    registry,
    environment,
    signal,
  });
  const digest = there.digest!;
  const bundles =
    request.bundles ??
    (await fetchBundles({ reference, digest }, registry, signal)).map(({ digest: name, bytes }) => ({ name, bytes }));
  const attestations = bundles
    .map(({ name, bytes }) => lookAt(name, bytes, digest, trust))
    .sort((a, b) => weight(b) - weight(a) || (a.bundle < b.bundle ? -1 : 1));
  return { subject: `${reference.host}/${reference.repository}@${digest}`, ...decide(attestations, request) };
}

function lookAt(bundle: string, bytes: Buffer, digest: string, trust: Trust): LookedAt {
  const checked = checkBundle(bytes, trust);
  if (!checked.trusted) return { bundle, signer: null, verdict: null, problems: [checked.why] };
  const signer = signerWords(checked.by);
  const statement = readStatement(checked.payload!);
  if ('why' in statement) return { bundle, signer, verdict: null, problems: [statement.why] };
  if (!statement.digests.includes(digest))
    return { bundle, signer, verdict: null, problems: ['it is about another image'] };
  return { bundle, signer, verdict: statement.verdict, problems: [] };
}

/** Newest first; of one day the one that does not let it pass. */
function weight({ verdict }: LookedAt): number {
  return verdict === null ? -1 : Date.parse(verdict.evaluatedAt) + (verdict.exitCode === 0 ? 0 : 1);
}

function decide(
  attestations: readonly LookedAt[],
  { policies, maxAgeDays, at }: VerifyRequest,
): Pick<Verification, 'exitCode' | 'reason' | 'attestations'> {
  const [first, ...others] = attestations;
  if (first?.verdict === undefined || first.verdict === null) {
    const reason = first === undefined ? 'nothing attests that it was judged' : 'no attestation of it counts';
    return { exitCode: 1, reason, attestations };
  }
  const { verdict } = first;
  const problems: [number, string][] = [];
  const age = Math.floor((Date.parse(at) - Date.parse(verdict.evaluatedAt)) / 86_400_000);
  if (verdict.exitCode !== 0) {
    const rules = verdict.denied.length === 0 ? '' : ` (${verdict.denied.join(', ')})`;
    problems.push([verdict.exitCode, `its gate ended with ${verdict.exitCode}${rules}`]);
  }
  for (const policy of policies) {
    const named = Object.entries(verdict.policies).some(([name, digest]) => name === policy || digest === policy);
    if (!named) problems.push([1, `it was not judged by the policy ${policy}`]);
  }
  if (age < 0) problems.push([1, `it was judged for ${verdict.evaluatedAt}, which is after ${at}`]);
  if (maxAgeDays !== undefined && age > maxAgeDays)
    problems.push([5, `it was judged for ${verdict.evaluatedAt}, ${age} days before ${at}`]);
  const [worst] = problems;
  return {
    exitCode: worst?.[0] ?? 0,
    reason:
      worst?.[1] ??
      `judged for ${verdict.evaluatedAt} by ${Object.keys(verdict.policies).join(', ')}: ${verdict.result}`,
    attestations: [{ ...first, problems: problems.map(([, text]) => text) }, ...others],
  };
}
