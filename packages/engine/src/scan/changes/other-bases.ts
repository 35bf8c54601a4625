import { commonLayers } from '../../image/base-image.ts';
import { ImageError } from '../../image/error.ts';
import { describeImage } from '../../image/read-image.ts';
import type { DescribedImage, ImageBase } from '../../image/types.ts';
import { sbomFile } from '../../inventory/sbom/sbom-file.ts';
import type { LookupPlan } from '../../matching/plan.ts';
import type { BaseOutcome } from '../../policy/types.ts';
import { describeOptions } from '../image-subject.ts';
import { asJudged, planFor } from '../match-image.ts';
import { readSubject, type Subject } from '../read-subject.ts';
import type { ScanRequest, SubjectRequest } from '../request.ts';
import { type Rebased, rebase } from './rebase.ts';

/** An image that cannot be judged as another base, and why. */
export interface UnusedBase {
  readonly reference: string;
  readonly outcome: BaseOutcome;
}

/** The image as it would be on another base. */
export interface OtherBase {
  readonly reference: string;
  readonly base: ImageBase;
  readonly distro: BaseOutcome['distro'];
  readonly rebased: Rebased;
  readonly plan: LookupPlan;
}

export type BaseCandidate = UnusedBase | OtherBase;

/** Names the base that the image has, or says that it has, as it is today. */
const itsOwnBase = 'base';

/**
 * Reads the images that were given as newer bases (`--base-candidate`), from the same sources as any image. One that cannot be
 * read is told, and closes no gate: it is advice that is lost.
 *
 * @throws ImageError `ABORTED`
 */
export async function otherBases(subject: Subject, request: ScanRequest): Promise<readonly BaseCandidate[]> {
  const read: BaseCandidate[] = [];
  for (const name of request.baseCandidates ?? []) {
    const reference = name === itsOwnBase ? ownBase(subject, request) : name;
    if (reference === null) {
      const message = 'neither --base nor the image itself names what it is built on';
      read.push({ reference: name, outcome: { ...unknown(name), state: 'not-read', message } });
    } else if (!read.some((each) => each.reference === reference))
      read.push(await readOne(subject, reference, request));
  }
  return read;
}

function ownBase({ base }: Subject, { base: given }: SubjectRequest): string | null {
  return given ?? base.image?.reference ?? base.stated?.reference ?? null;
}

function unknown(reference: string) {
  return { reference, id: null, digest: null, distro: null, result: null, takesAway: null, adds: null } as const;
}

async function readOne(subject: Subject, reference: string, request: ScanRequest): Promise<BaseCandidate> {
  const platform = subject.image.platform ?? request.platform;
  const layers = knownLayers(subject);
  if (layers === null) {
    const message = 'where the base ends in this image is not known: name the base that it was built on with --base';
    return { reference, outcome: { ...unknown(reference), state: 'not-judged', message } };
  }
  try {
    const described = hasLayers(reference)
      ? await describeImage(reference, { ...describeOptions(request), platform })
      : null;
    if (described !== null && isBaseOf(described, subject, layers)) {
      const { id, digest } = described;
      const message = 'the image is built on it';
      return { reference, outcome: { ...unknown(reference), id, digest, state: 'same', message } };
    }
    const plain = { ...request, reference, platform, base: undefined, clamd: undefined };
    const { image, inventory } = await readSubject(plain);
    const { id, digest } = image;
    const rebased = rebase(subject.inventory, layers, inventory);
    const from = subject.base.image?.from ?? subject.base.stated?.from ?? 'history';
    const distro = inventory.distro && { id: inventory.distro.id, version: inventory.distro.version };
    return {
      reference,
      base: { reference, id, digest: digest ?? image.contentDigest, layers: inventory.layers.length, from },
      distro,
      rebased,
      plan: await planFor(asJudged(rebased.inventory, request.judgedAs)),
    };
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === 'ABORTED') throw error;
    return { reference, outcome: { ...unknown(reference), state: 'not-read', message: error.message } };
  }
}

/** How many of the image's layers are its base's, given or said by itself; null: not known. */
function knownLayers({ base: { image, stated } }: Subject): number | null {
  return image?.layers ?? stated?.layers ?? null;
}

function hasLayers(reference: string): boolean {
  return sbomFile(reference) === null && !reference.startsWith('rootfs:');
}

function isBaseOf({ diffIds }: DescribedImage, { inventory }: Subject, layers: number): boolean {
  const own = inventory.layers.map(({ diffId }) => diffId ?? '');
  return diffIds.length === layers && commonLayers(diffIds, own) === layers;
}
