import type { CatalogSigners } from '../advisories/distribution/catalog-signature.ts';
import type { Severity } from '../advisories/types.ts';
import type { Environment, ReadLimits, ReadProgress, RegistryOptions } from '../image/types.ts';
import type { ContainerFact, FactName, FileQuery } from '../inventory/types.ts';
import type { Baseline } from '../policy/baseline.ts';
import type { ExceptionFile } from '../policy/exception.ts';
import type { Policy } from '../policy/policy-file.ts';
import type { PolicyMap } from '../policy/policy-map.ts';
import type { PolicySubject } from '../policy/types.ts';
import type { VexFile } from '../policy/vex/vex-statement.ts';
import type { Trust } from '../signing/check-signer.ts';
import type { Identity } from '../signing/identity-pattern.ts';
import type { MalwareRequest } from './malware/scan-for-malware.ts';

/** What reading an image needs. */
export interface SubjectRequest {
  /** as the user wrote it */
  readonly reference: string;
  /** of the product, for the result's inputs */
  readonly version: string;
  /** digest of the program's own code, which alone may use the inventories that it keeps; without it none are kept */
  readonly program?: string | null | undefined;
  /** `YYYY-MM-DD` */
  readonly evaluatedAt: string;
  readonly stage: PolicySubject['stage'];
  /** `linux/arm64`; default the host's */
  readonly platform?: string | undefined;
  /** reference of the image that this one is said to be built on */
  readonly base?: string | undefined;
  /** facts to gather beside the packages; what policies ask for is gathered in any case */
  readonly facts?: readonly FactName[] | undefined;
  /** files that rules of the policies ask for */
  readonly queries?: readonly FileQuery[] | undefined;
  /** what rules look at that no SBOM has, in words */
  readonly beyondSbom?: readonly string[] | undefined;
  /** false: the packages are listed, so that what only a judgement, here or of an SBOM, asks for is not looked for */
  readonly judged?: boolean | undefined;
  /** where layer analyses are kept; null neither reads nor writes any */
  readonly cacheDir: string | null;
  /** of all kept analyses together, bytes; default 512 MiB */
  readonly cacheMaxBytes?: number | undefined;
  /** the Docker engine, instead of what the environment says */
  readonly engineHost?: string | undefined;
  /** the variables that say where engines are */
  readonly environment?: Environment | undefined;
  /** how registries are reached; no part of the result */
  readonly registry?: RegistryOptions | undefined;
  /** an engine that is not behind a local socket is refused, and every registry */
  readonly offline?: boolean | undefined;
  /** files are streamed to this clamd */
  readonly clamd?: MalwareRequest | undefined;
  /** whose signatures under an image of a registry count; absent: none is looked for */
  readonly signatures?: SignatureTrust | undefined;
  readonly limits?: Partial<ReadLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ScanProgress | undefined;
}

export interface SignatureTrust {
  readonly trust: Trust;
  /** who that is, for the result's settings */
  readonly described: {
    /** `sha256:…` of each (SPKI), sorted */
    readonly keys: readonly string[];
    readonly identities: readonly Identity[];
    /** `sha256:…` of its text */
    readonly trustedRoot: string | null;
  };
}

/** A policy or exceptions file with the digest of its text, which goes into the result's inputs. */
export interface WithDigest<T> {
  readonly value: T;
  /** `sha256:…` */
  readonly digest: string;
}

/** A map of policies with the policies themselves, in the order of its mappings. */
export interface MappedPolicies {
  readonly map: WithDigest<PolicyMap>;
  readonly policies: readonly (readonly WithDigest<Policy>[])[];
}

export interface ScanRequest extends SubjectRequest {
  readonly dbDir: string;
  /** a shard that was confirmed longer ago than this, before the evaluation date, is stale */
  readonly maxDbAgeDays: number;
  /** null: advisories are used as they are */
  readonly update: AdvisorySource | null;
  /** the day on which an update confirms shards, `YYYY-MM-DD` */
  readonly today: string;
  /** all of them judge */
  readonly policies: readonly WithDigest<Policy>[];
  /** and of each of these maps those of the mapping that fits the image */
  readonly policyMaps?: readonly MappedPolicies[] | undefined;
  readonly exceptions: readonly WithDigest<ExceptionFile>[];
  /** how containers of the image are run, as their engine says; each with the file that says so */
  readonly containers?: readonly (WithDigest<readonly ContainerFact[]> & { readonly source: string })[] | undefined;
  /** images that this one could be built on instead; `base`: what it is built on, as that is today */
  readonly baseCandidates?: readonly string[] | undefined;
  readonly vex?: readonly WithDigest<VexFile>[] | undefined;
  /** an earlier result: what it knows does not close the gate */
  readonly baseline?: WithDigest<Baseline> | undefined;
  /** instead, of each platform of an index its own; undefined: it has none, and all of its findings are new */
  readonly baselineOf?: ((platform: string | null) => Promise<WithDigest<Baseline> | undefined>) | undefined;
  /** an exception that ends within so many days is named as lapsing; default 14 */
  readonly lapsingDays?: number | undefined;
  /** lowest severity that `--fail-on` denies, for the result's settings */
  readonly failOn: Severity | null;
  /** the release whose advisories judge the distro's packages, for a derivative that has none of its own */
  readonly judgedAs: { readonly id: string; readonly version: string } | null;
  /** sources in the order in which their severities are believed, `distro` for the distro's own; absent: the usual one */
  readonly severityOrder?: readonly string[] | undefined;
  /** assignments to policy parameters (`threshold=20`), already applied, for the result's settings */
  readonly parameters: readonly string[];
  /** false: what the policy alone would stop ends with 0 (`--no-gate`) */
  readonly gate: boolean;
}

/** Where an update comes from: a catalog of ready-made shards, mirrors of the upstream hosts, else those hosts. */
export interface AdvisorySource {
  readonly mirrors: readonly string[];
  readonly catalog: string | undefined;
  /** public keys (PEM), one of which must have signed the catalog */
  readonly catalogKeys?: readonly string[] | undefined;
  /** identities that may have signed it instead */
  readonly catalogSigners?: CatalogSigners | undefined;
  /** how a registry that holds the catalog is reached */
  readonly registry?: RegistryOptions | undefined;
  /** only folders are asked, no connection is opened */
  readonly offline: boolean;
}

export interface ScanProgress extends ReadProgress {
  /** shards that are being fetched or built; `current` is being worked on */
  advisories(event: { readonly current: string | null; readonly done: number; readonly total: number }): void;
  /** something that the user should know and that is no part of the result */
  note(text: string): void;
}
