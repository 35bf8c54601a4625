import { type ParsedConfig, parseConfig } from './config.ts';
import { layerDigests } from './content-digest.ts';
import { ImageError } from './error.ts';
import { layerName } from './layer-problems.ts';
import { matchesPlatform } from './platform.ts';
import type { ImageConfig, OpenImage, SourceKind } from './types.ts';

/** One layer as the manifest has it, before it is read. */
export interface PlannedLayer {
  /** member of the archive or file of the layout */
  readonly member: string;
  /** bytes as stored */
  readonly size: number;
  /** of the blob as stored, as a manifest states it; null where none does */
  readonly digest: string | null;
  /** digest that the blob's bytes must have: `digest`, or what the member is named after */
  readonly blobDigest: string | null;
  readonly diffId: string;
  readonly mediaType: string;
}

/** What an image consists of, once its manifest and config were read and found right. */
export interface ImagePlan {
  readonly kind: SourceKind;
  readonly names: readonly string[];
  /** of the manifest */
  readonly digest: string | null;
  /** of the config */
  readonly id: string;
  readonly platform: string | null;
  /** of the image index that it was chosen from; of a single image its own */
  readonly platforms: readonly string[];
  readonly config: ImageConfig;
  /** of the manifest; absent where there is none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** base first */
  readonly layers: readonly PlannedLayer[];
}

/** Which image of an archive is meant. */
export interface ImageChoice {
  /** as asked for; `any`: the first there is; null: the host's, where there is a choice */
  readonly platform: string | null;
  readonly hostPlatform: string;
  /** name or digest behind the file's name (`app.tar:web:1.0`); null: the only one */
  readonly name: string | null;
  readonly maxManifestBytes: number;
}

/** Finds the digest of a layer's uncompressed bytes, in the way of the place where it is; `what` names it in messages. */
export type ContentReader = (layer: PlannedLayer, what: string) => Promise<string | null>;

/** What the plan says of the image, without its layers' bodies. */
export function describedPlan(plan: ImagePlan, reference: string, contentOf: ContentReader): OpenImage {
  const { names, digest, id, platform, layers } = plan;
  // what a file is named after is nobody's word but the archive's
  const blob = (layer: number) => layers[layer]?.digest ?? null;
  const content = (layer: number) => contentOf(layers[layer]!, plannedName(plan, layer));
  const diffIds = layers.map(({ diffId }) => diffId);
  return { reference, names, digest, id, platform, diffIds, digests: layerDigests(blob, content) };
}

/** Names a layer in messages. */
export function plannedName({ layers }: ImagePlan, index: number): string {
  const { digest, member } = layers[index]!;
  return layerName(index, layers.length, digest ?? member);
}

/** The config of an image that has this many layers. @throws ImageError `CORRUPT` */
export function configFor(bytes: Buffer, layers: number, what: string): ParsedConfig {
  const parsed = parseConfig(bytes, what);
  if (parsed.diffIds.length !== layers) {
    throw new ImageError(
      'CORRUPT',
      `${what}: the config lists ${parsed.diffIds.length} layers, the manifest ${layers}`,
    );
  }
  return parsed;
}

/** @throws ImageError `PLATFORM_MISSING` when another platform was asked for than the only one there is */
export function checkPlatform(have: string | null, choice: ImageChoice, what: string): void {
  if (
    choice.platform !== null &&
    choice.platform !== 'any' &&
    have !== null &&
    !matchesPlatform(have, choice.platform)
  ) {
    throw new ImageError('PLATFORM_MISSING', `${what}: no image for ${choice.platform}; it has ${have}`);
  }
}

/** `a, b, c and 4 more`: what an archive holds, for messages. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
