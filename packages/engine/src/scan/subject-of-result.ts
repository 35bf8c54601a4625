import { ofMatching } from '../policy/made-findings.ts';
import type { PolicySubject } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';

const stages = ['pipeline', 'registry', 'admission', 'runtime'] as const;

/**
 * What policies judge, out of a stored result, so that it can be judged again: without the findings that rules made of facts,
 * which they make anew, and with what suppressed the others. A result lacks what no report may show: the contents of files,
 * and of facts those that nobody asked for.
 *
 * @param evaluatedAt `YYYY-MM-DD`; default the result's
 */
export function subjectOfResult(result: ScanResult, evaluatedAt = result.inputs.evaluatedAt): PolicySubject {
  const { image, inputs, facts, packages, incomplete } = result;
  const ofConfig = facts.secrets?.filter(({ path }) => path === undefined) ?? facts.configSecrets;
  const configSecrets = ofConfig ?? (facts.config === null ? undefined : []);
  return {
    image: {
      reference: image.reference,
      names: image.names,
      id: image.id,
      digest: image.digest,
      platform: image.platform,
      created: facts.config?.created ?? null,
      base: image.base,
      distro: image.distro && {
        ...image.distro,
        pastEndOfLife: pastEndOfLife(image.distro.endOfLife, evaluatedAt),
      },
    },
    stage: stages.find((stage) => stage === inputs.subject.stage) ?? 'pipeline',
    evaluatedAt,
    scannedAt: inputs.subject.scannedAt ?? inputs.evaluatedAt,
    feeds: Object.entries(inputs.feeds ?? {}).map(([name, dates]) => ({ name, ...dates })),
    inventory: {
      distro: image.distro,
      packages,
      facts,
      incomplete,
      layers: image.layers,
      ...(configSecrets && { configSecrets }),
    },
    malwareScanned: inputs.malware !== undefined,
    findings: result.findings.filter(ofMatching),
    incomplete,
    stale: inputs.stale,
    missing: inputs.missing,
  };
}

/** The last day still counts as supported; null: not known. */
function pastEndOfLife(endOfLife: string | boolean | null, evaluatedAt: string): boolean | null {
  return typeof endOfLife === 'string' ? evaluatedAt > endOfLife : endOfLife;
}
