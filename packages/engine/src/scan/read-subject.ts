import type { EolRecord } from '../advisories/types.ts';
import type { PlatformsKnown, ReadImage } from '../image/types.ts';
import { isLasting } from '../inventory/kept-inventory.ts';
import { sbomFile } from '../inventory/sbom/sbom-file.ts';
import type { FactName, Facts, Inventory } from '../inventory/types.ts';
import type { RiskSources } from '../matching/enrich.ts';
import { sortIncomplete } from '../matching/plan.ts';
import { platformResults } from '../result/platform-results.ts';
import type { InventoryResult, PlatformResults, ResultImage, ResultInputs } from '../result/types.ts';
import { type BaseFound, baseWithoutLayers, inBase, markBaseLines } from './base-image.ts';
import { malwareScanner, openImageSubject } from './image-subject.ts';
import type { MalwareScan } from './malware/scan-for-malware.ts';
import type { SubjectRequest } from './request.ts';

/** What a subject is, apart from its content. */
export interface SubjectImage
  extends Pick<
    ReadImage<unknown>,
    'reference' | 'names' | 'id' | 'digest' | 'platform' | 'platforms' | 'readFrom' | 'foundIn' | 'pinned'
  > {
  /** of what is no image: a rootfs's entries, an SBOM's bytes; null for an image */
  readonly contentDigest: string | null;
}

/**
 * An image, or an SBOM that stands for one, that was read: what it is, what is inside, and what it was built on. Its files
 * are closed.
 */
export interface Subject {
  readonly image: SubjectImage;
  readonly inventory: Inventory;
  readonly base: BaseFound;
  /** null: not asked for, or there was nothing to scan */
  readonly malware: MalwareScan | null;
  /** name → version of what read it */
  readonly catalogers: Readonly<Record<string, number>>;
  /** of a stored result: the files that tell of its containers, with digests */
  readonly containers?: ResultInputs['containers'];
  /** of a stored result: the day on which it was read */
  readonly scannedAt?: string;
  /** absent: the inventory tells */
  readonly codeOf?: RiskSources['codeOf'];
}

/** A subject that was opened, and whose layers were analysed; what is inside was not put together yet. */
export interface OpenSubject {
  /** of all that it is made from; null: not everything of it is kept */
  readonly key: string | null;
  /** Puts it together, once, and closes its files. */
  subject(): Promise<Subject>;
  /** for whoever needs no more than the key */
  close(): Promise<void>;
}

/** @throws ImageError when the image or SBOM as a whole cannot be read */
export async function openSubject(request: SubjectRequest, planned?: PlatformsKnown): Promise<OpenSubject> {
  const sbom = sbomFile(request.reference);
  if (sbom === null) return openImageSubject(request, planned);
  return { key: null, subject: () => readSbomSubject(sbom, request), close: async () => {} };
}

/** @throws ImageError when the image or SBOM as a whole cannot be read */
export async function readSubject(request: SubjectRequest, planned?: PlatformsKnown): Promise<Subject> {
  return (await openSubject(request, planned)).subject();
}

async function readSbomSubject(path: string, request: SubjectRequest): Promise<Subject> {
  const { reference, signal, base: given, facts, beyondSbom: beyond } = request;
  const { readSbom, sbomReaderVersion } = await import('../inventory/sbom/read-sbom.ts');
  const {
    digest,
    inventory: read,
    names,
    platform,
    base,
    layerCount,
  } = await readSbom(path, signal, { facts, beyond });
  const unscanned = request.clamd ? (await malwareScanner()).nothingToScan() : [];
  const marked = markBaseLines(read.facts, given === undefined ? base : null, layerCount ?? 0);
  const inventory = { ...read, facts: marked, incomplete: [...read.incomplete, ...unscanned] };
  const image = { reference, names, id: null, digest: null, platform, platforms: [], contentDigest: digest };
  const found =
    given === undefined ? { ...baseWithoutLayers(given), image: base } : { ...baseWithoutLayers(given), stated: base };
  return { image, inventory, base: found, malware: null, catalogers: { sbom: sbomReaderVersion } };
}

/**
 * Every platform of an image index, in its order, one after the other.
 *
 * @param planned told which they are, before the first of them is read
 */
export async function* readPlatforms(request: SubjectRequest, planned?: PlatformsKnown): AsyncGenerator<Subject> {
  const first = await readSubject({ ...request, platform: 'any' }, planned);
  yield first;
  // a tag may move between the platforms
  const { reference, pinned, names, foundIn } = first.image;
  for (const platform of first.image.platforms.filter((each) => each !== first.image.platform)) {
    const { image, ...rest } = await readSubject({ ...request, reference: pinned ?? reference, platform });
    yield { image: { ...image, reference, names, ...(foundIn && { foundIn }) }, ...rest };
  }
}

/** `image` of the result. */
export function resultImage(
  { image, inventory, base }: Subject,
  endOfLife: EolRecord['endOfSupport'] | null,
): ResultImage {
  const { distro } = inventory;
  return {
    reference: image.reference,
    id: image.id,
    digest: image.digest ?? image.contentDigest,
    platform: image.platform,
    ...(image.readFrom && { readFrom: image.readFrom }),
    ...(image.foundIn && { foundIn: image.foundIn }),
    names: image.names,
    distro: distro && {
      id: distro.id,
      version: distro.version,
      codename: distro.codename,
      prettyName: distro.prettyName,
      like: distro.like,
      endOfLife,
    },
    base: base.image,
    layers: resultLayers({ inventory, base }),
  };
}

/** `image.layers` of the result. */
export function resultLayers({ inventory, base }: Pick<Subject, 'inventory' | 'base'>): ResultImage['layers'] {
  return inventory.layers.map((layer, index) => ({ ...layer, base: inBase(base.image, index) }));
}

/**
 * `facts` of the result: secrets of the configuration and what code there is are looked for in any case, and a replay has to
 * know them.
 */
export function resultFacts({ facts, configSecrets = [], code = [] }: Inventory): Facts {
  return {
    ...facts,
    ...(facts.secrets === undefined && configSecrets.length > 0 && { configSecrets }),
    ...(code.length > 0 && { code }),
  };
}

/** The inputs that do not depend on advisories or policy. */
export function subjectInputs(
  { image, base, malware, catalogers, scannedAt }: Subject,
  request: SubjectRequest,
): ResultInputs {
  return {
    product: { name: 'plimsoll', version: request.version },
    subject: {
      digest: image.id ?? image.contentDigest,
      platform: image.platform,
      reference: image.reference,
      stage: request.stage,
      ...(scannedAt !== undefined && scannedAt !== request.evaluatedAt && { scannedAt }),
    },
    base: base.given,
    catalogers,
    ...(malware && { malware: malware.version }),
    advisories: {},
    stale: [],
    missing: [],
    policy: {},
    exceptions: {},
    settings: subjectSettings(request),
    history: {},
    evaluatedAt: request.evaluatedAt,
  };
}

/** Settings that change what is found in an image. */
export function subjectSettings({ facts = [], limits, signatures }: SubjectRequest): Record<string, unknown> {
  return {
    ...(facts.length > 0 ? { facts: [...facts].sort() } : {}),
    ...(limits ? { limits } : {}),
    ...(signatures ? { signatures: signatures.described } : {}),
  };
}

/** The inventory of an image alone: what `plimsoll sbom` prints. Needs no advisories. */
export async function listImage(request: SubjectRequest): Promise<InventoryResult> {
  return (await listOpened(request)).result;
}

/** A list, and what of its making matters to whoever wants to keep it. */
export interface OpenedList {
  readonly result: InventoryResult;
  readonly subjectKey: string | null;
  readonly facts: readonly FactName[];
}

/** The same, of a subject that may be open already. */
export async function listOpened(request: SubjectRequest, opened?: OpenSubject): Promise<OpenedList> {
  const open = opened ?? (await openSubject({ ...request, judged: request.judged ?? false }));
  const subject = await open.subject();
  const subjectKey = isLasting(subject.inventory) ? open.key : null;
  return { result: inventoryResult(subject, request), subjectKey, facts: request.facts ?? [] };
}

/** The inventories of every platform of an image index. */
export async function listPlatforms(
  request: SubjectRequest,
  planned?: PlatformsKnown,
): Promise<PlatformResults<InventoryResult>> {
  const results: InventoryResult[] = [];
  for await (const subject of readPlatforms({ ...request, judged: request.judged ?? false }, planned)) {
    results.push(inventoryResult(subject, request));
  }
  return platformResults(request.reference, results);
}

function inventoryResult(subject: Subject, request: SubjectRequest): InventoryResult {
  return {
    schemaVersion: '1',
    image: resultImage(subject, null),
    inputs: subjectInputs(subject, request),
    packages: subject.inventory.packages,
    facts: resultFacts(subject.inventory),
    incomplete: sortIncomplete([
      ...subject.inventory.incomplete,
      ...subject.base.incomplete,
      ...(subject.malware?.incomplete ?? []),
    ]),
  };
}
