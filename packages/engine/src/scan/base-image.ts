import { baseEntries, commonLayers, guessedBaseLayers, statedBase } from '../image/base-image.ts';
import { ImageError } from '../image/error.ts';
import { withBeside, withDescribed } from '../image/read-image.ts';
import type { DescribedImage, DescribeOptions, ImageBase, OpenImage, ReadImage } from '../image/types.ts';
import { sbomFile } from '../inventory/sbom/sbom-file.ts';
import type { Facts, Incomplete } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import type { ResultImage, ResultInputs } from '../result/types.ts';
import { type OpenClaim, openClaims, proveLayers } from './proven-base.ts';

/** What an image was built on, as far as that is known. */
export interface BaseFound {
  readonly image: ImageBase | null;
  /** the image's own word, where what was given is not its base */
  readonly stated?: ImageBase | null;
  /** what was given, for the result's inputs */
  readonly given: ResultInputs['base'];
  readonly incomplete: readonly Incomplete[];
}

/**
 * Tells what an image was built on: the base that was given, when it is proven that the image begins with all of its layers. When
 * none was given, what the image says itself: its annotations and labels, and its history. Never what happens to be cached, and
 * nothing is asked of the network that was not named.
 *
 * @param given reference of the base
 * @param found how the image itself was found
 * @throws ImageError when the base that was given cannot be read, or a layer is not what a config says
 */
export async function findBase(
  image: ReadImage<unknown>,
  given: string | undefined,
  found: DescribeOptions,
): Promise<BaseFound> {
  const options: DescribeOptions = { ...found, platform: image.platform ?? undefined };
  const diffIds = image.layers.map(({ diffId }) => diffId ?? '');
  if (given === undefined) return { image: await ownWord(image, diffIds, options), given: null, incomplete: [] };
  const base = await givenBase(image, await compareGiven(given, image, options));
  return base.image === null ? { ...base, stated: await ownWord(image, diffIds, options) } : base;
}

/** Of a subject that has no layers: what was given cannot be compared, and is not looked at. */
export function baseWithoutLayers(reference: string | undefined): BaseFound {
  if (reference === undefined) return { image: null, given: null, incomplete: [] };
  const message = `an SBOM has no layers: what comes from ${reference} is not known; all findings count as the image's own`;
  return {
    image: null,
    given: { reference, id: null, digest: null },
    incomplete: [{ code: 'base-mismatch', message }],
  };
}

/** A base with how many of its layers the image says to begin with, and what of that is to be proven. */
interface Compared extends DescribedImage {
  readonly common: number;
  /** null: it is not known what the base's layers are */
  readonly claims: readonly OpenClaim[] | null;
}

/** What an image says of its layers, against what is known of those of a base. */
async function compare(image: ReadImage<unknown>, base: OpenImage): Promise<Compared> {
  const common = commonLayers(
    base.diffIds,
    image.layers.map(({ diffId }) => diffId ?? ''),
  );
  const { digests: _, ...described } = base;
  return { ...described, common, claims: common < base.diffIds.length ? [] : await openClaims(image, base) };
}

async function compareGiven(reference: string, image: ReadImage<unknown>, options: DescribeOptions): Promise<Compared> {
  try {
    if (sbomFile(reference) !== null) {
      throw new ImageError('UNSUPPORTED', `${reference}: is an SBOM, which has no layers to compare`);
    }
    return await withDescribed(reference, options, (base) => compare(image, base));
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === 'ABORTED') throw error;
    throw new ImageError(error.code, `the base image: ${error.message}`, { cause: error });
  }
}

async function givenBase(image: ReadImage<unknown>, compared: Compared): Promise<BaseFound> {
  const { reference, id, digest, common, claims } = compared;
  const given = { reference, id, digest };
  const layers = compared.diffIds.length;
  const fits = common === layers;
  if (fits && (await proveLayers(image, claims))) {
    return { image: { reference, digest, id, layers, from: 'option' }, given, incomplete: [] };
  }
  const found = fits
    ? `the image says that it is built on ${reference}, but its layers are too large to be compared`
    : `the image is not built on ${reference}: it begins with ${common} of its ${layers} layers`;
  const message = `${found}; all findings count as the image's own`;
  return { image: null, given, incomplete: [{ code: 'base-mismatch', message }] };
}

/**
 * A manifest annotation is about this image alone; a label is inherited from the base by every image on it, and may be about
 * the base of the base. It counts only where nothing else speaks.
 */
async function ownWord(
  image: ReadImage<unknown>,
  diffIds: readonly string[],
  options: DescribeOptions,
): Promise<ImageBase | null> {
  const { config, annotations } = image;
  const annotated = statedBase(annotations ?? {});
  if (annotated?.digest != null) {
    const beside = await withBeside(image, annotated.digest, options, (base) => compare(image, base));
    const layers = beside?.diffIds.length ?? 0;
    if (beside !== null && beside.common === layers && (await proveLayers(image, beside.claims))) {
      return { reference: annotated.reference, digest: annotated.digest, id: beside.id, layers, from: 'annotation' };
    }
  }
  const guessed = config === null ? null : guessedBaseLayers(config, diffIds.length);
  if (guessed !== null) {
    const { reference: name = null, digest = null } = annotated ?? {};
    return { reference: name, digest, id: null, layers: guessed, from: 'history' };
  }
  const stated = annotated ?? statedBase(config?.labels ?? {});
  return stated && { ...stated, id: null, layers: null, from: 'annotation' };
}

/** Whether a layer, by its index, is one of the base's; null: not known. */
export function inBase(base: ImageBase | null, index: number): boolean | null {
  return base === null || base.layers === null ? null : index < base.layers;
}

/** Tells of a diff ID whether the layer is the base's: of equal layers the lowest counts. */
export function baseOfLayers(layers: ResultImage['layers']): (diffId: string) => boolean | null {
  const byDiffId = new Map<string | null, boolean | null>();
  for (const { diffId, base } of layers) if (!byDiffId.has(diffId)) byDiffId.set(diffId, base);
  return (diffId) => byDiffId.get(diffId) ?? null;
}

/** Says it in the evidence of each finding that has a layer, and does not say it yet. */
export function markBase(findings: readonly Finding[], { layers }: Pick<ResultImage, 'layers'>): readonly Finding[] {
  const baseOf = baseOfLayers(layers);
  return findings.map((finding) => {
    const { layer, inBase } = finding.evidence;
    if (layer === undefined || layer === null || inBase !== undefined) return finding;
    return { ...finding, evidence: { ...finding.evidence, inBase: baseOf(layer) } };
  });
}

/** Says of each line of the Dockerfile whether it is the base's. */
export function markBaseLines(facts: Facts, base: ImageBase | null, layers: number): Facts {
  if (facts.dockerfile === undefined || facts.config === null || base === null || base.layers === null) return facts;
  const entries = baseEntries(facts.config, base.layers, layers);
  if (entries === null) return facts;
  return { ...facts, dockerfile: facts.dockerfile.map((line, index) => ({ ...line, base: index < entries })) };
}
