/** What the exceptions that were applied say, for VEX documents. */
import { createHash } from 'node:crypto';
import type { Finding } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';

export interface VexClaim {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly affected: boolean;
  /** of the exception; null: it has none */
  readonly category: string | null;
  readonly reason: string;
  /** package URLs, sorted */
  readonly packages: readonly string[];
}

export interface VexImage {
  readonly name: string;
  /** hex */
  readonly sha256: string;
  /** by the manifest's digest; null where only the image ID is known */
  readonly purl: string | null;
}

/** Categories that say that an image is not affected → the justification of OpenVEX and CSAF. */
export const justifications: Readonly<Record<string, string>> = {
  'false-positive': 'vulnerable_code_not_present',
  'not-present': 'component_not_present',
  'not-used': 'vulnerable_code_not_in_execute_path',
  'not-controllable': 'vulnerable_code_cannot_be_controlled_by_adversary',
  mitigated: 'inline_mitigations_already_exist',
};

/**
 * One claim for each vulnerability, category and reason. An exception without a category says only that somebody lives with
 * it: its image is affected. Of several exceptions for a finding the first counts.
 */
export function vexClaims({ findings }: ScanResult): readonly VexClaim[] {
  const groups = Map.groupBy(findings.filter(isClaim), (finding) => {
    const [by] = finding.suppressed.filter((each) => each.by === 'exception');
    return JSON.stringify([finding.id, by?.category ?? null, by?.reason ?? '']);
  });
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => {
      const [id, category, reason] = JSON.parse(key) as [string, string | null, string];
      const affected = category === null || !Object.hasOwn(justifications, category);
      const aliases = [...new Set(members.flatMap((each) => each.aliases))].filter((alias) => alias !== id).sort();
      const packages = [...new Set(members.flatMap((each) => each.package?.purl ?? []))].sort();
      return { id, aliases, affected, category, reason, packages };
    });
}

function isClaim({ kind, suppressed, package: pkg }: Finding): boolean {
  return kind === 'vulnerability' && pkg !== null && suppressed.some(({ by }) => by === 'exception');
}

/** Null: nothing tells this image from any other (a root file system, an SBOM without digests). */
export function vexImage({ image }: ScanResult): VexImage | null {
  const digest = (image.layers.length === 0 && image.id === null ? null : image.digest) ?? image.id;
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
  if (sha256 === undefined) return null;
  const reference = (image.names[0] ?? image.reference).replace(/^[a-z-]+:(?!\d+\/)(?=[^/]*\/|[^:]*:|[^:]*$)/, '');
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const name = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase() || 'image';
  const where = repository.includes('/') ? `?repository_url=${encodeURIComponent(repository)}` : '';
  const purl = image.digest === null ? null : `pkg:oci/${encodeURIComponent(name)}@sha256%3A${sha256}${where}`;
  return { name: image.names[0] ?? image.reference, sha256, purl };
}

/** The same claims about the same image have the same id, 32 hex digits. */
export function claimsId(image: VexImage, claims: readonly VexClaim[], evaluatedAt: string): string {
  return createHash('sha256')
    .update(JSON.stringify([image, claims, evaluatedAt]))
    .digest('hex')
    .slice(0, 32);
}
