import type { CodeFact, Inventory } from '../../inventory/types.ts';
import type { Candidate } from '../../matching/match.ts';
import { isOfMatching } from '../../matching/plan.ts';
import type { FlawedCode } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { flawedCodeIn } from '../flawed-code.ts';
import type { Subject } from '../read-subject.ts';

/**
 * What an earlier scan saw of an image, from its result: everything that matching and rules look at, but the contents of
 * files that rules ask for.
 *
 * @param sameShards names of the shards that are the result's own: what the image told of the code that their records are
 * about still holds
 */
export function storedSubject(result: ScanResult, sameShards: ReadonlySet<string>): Subject {
  const { image, inputs, packages, findings } = result;
  const { configSecrets = [], code = dataOnly(result), ...facts } = result.facts;
  const content = inputs.subject.digest;
  const inventory: Inventory = {
    distro: image.distro && {
      id: image.distro.id,
      version: image.distro.version,
      codename: image.distro.codename,
      prettyName: image.distro.prettyName,
      like: image.distro.like,
    },
    packages,
    facts,
    configSecrets,
    incomplete: result.incomplete.filter((entry) => !isOfMatching(entry)),
    code,
    layers: image.layers.map(({ base: _, ...layer }) => layer),
  };
  return {
    image: {
      reference: image.reference,
      names: image.names,
      id: image.id,
      digest: image.digest,
      platform: image.platform,
      platforms: [],
      contentDigest: image.id === null ? content : null,
      ...(image.readFrom && { readFrom: image.readFrom }),
      ...(image.foundIn && { foundIn: image.foundIn }),
    },
    inventory,
    base: { image: image.base, given: inputs.base, incomplete: [] },
    malware: inputs.malware
      ? { version: inputs.malware, findings: findings.filter(isOfDaemon).map(unjudged), incomplete: [] }
      : null,
    catalogers: inputs.catalogers,
    ...(inputs.containers && { containers: inputs.containers }),
    scannedAt: inputs.subject.scannedAt ?? inputs.evaluatedAt,
    codeOf: toldCode(result, inventory, sameShards),
  };
}

function isOfDaemon({ kind, evidence }: ScanResult['findings'][number]): boolean {
  return kind === 'malware' && evidence.advisory === undefined;
}

/** As it was before exceptions and baselines. */
function unjudged({ isNew: _, firstSeen: __, ...finding }: ScanResult['findings'][number]) {
  const { inBase: ___, ...evidence } = finding.evidence;
  return { ...finding, evidence, suppressed: [] };
}

/** Packages that were found to hold no code, which no advisory changes. */
function dataOnly({ findings }: ScanResult): readonly CodeFact[] {
  return findings.flatMap(({ package: pkg, evidence }) =>
    pkg && evidence.code?.how === 'data-only' ? [{ kind: 'data-only', type: pkg.type, name: pkg.name } as const] : [],
  );
}

function toldCode(
  { findings }: ScanResult,
  inventory: Inventory,
  sameShards: ReadonlySet<string>,
): (candidate: Candidate) => FlawedCode | undefined {
  const named = flawedCodeIn(inventory.code ?? []);
  const told = new Map(
    findings.flatMap(({ id, package: pkg, evidence }) =>
      pkg && evidence.code && sameShards.has(evidence.advisory?.shard ?? '')
        ? [[keyOf(id, pkg.purl, evidence.path), evidence.code] as const]
        : [],
    ),
  );
  return (candidate) => {
    const { package: pkg } = candidate.lookup;
    return named(candidate) ?? told.get(keyOf(candidate.id, pkg.purl, pkg.locations[0]?.path));
  };
}

function keyOf(id: string, purl: string, path: string | undefined): string {
  return JSON.stringify([id, purl, path ?? null]);
}
