import { createHash } from 'node:crypto';
import { readImage } from '../image/read-image.ts';
import type { DescribeOptions, PlatformsKnown, ReadImage } from '../image/types.ts';
import { catalogerVersions } from '../inventory/catalogers.ts';
import { keptDigests } from '../inventory/kept-digests.ts';
import { inventoryKey, inventoryOf } from '../inventory/kept-inventory.ts';
import { createLayerAnalyser } from '../inventory/layer-analyser.ts';
import type { LayerAnalysis } from '../inventory/layer-analysis.ts';
import { openLayerCache } from '../inventory/layer-cache.ts';
import type { Facts } from '../inventory/types.ts';
import { type BaseFound, findBase, markBaseLines } from './base-image.ts';
import type { OpenSubject, Subject, SubjectImage } from './read-subject.ts';
import type { SubjectRequest } from './request.ts';

/** Loaded only where it is asked for. */
export const malwareScanner = () => import('./malware/scan-for-malware.ts');

/** @throws ImageError when the image as a whole cannot be read */
export async function openImageSubject(request: SubjectRequest, planned?: PlatformsKnown): Promise<OpenSubject> {
  const { cacheDir: directory, cacheMaxBytes: maxBytes, facts: asked = [] } = request;
  const { clamd, signal, offline } = request;
  const scanner = clamd && (await malwareScanner());
  const version = clamd && (await scanner?.askForVersion(clamd, { signal, offline }));
  const store = directory === null ? undefined : openLayerCache({ directory, maxBytes });
  const found = { ...describeOptions(request), contentDigests: store && keptDigests(store) };
  const analyser = createLayerAnalyser({ store, facts: asked, queries: request.queries, judged: request.judged });
  const image = await readImage(request.reference, { ...found, analyser, progress: request.progress, planned });
  try {
    const { program } = request;
    const kept = store && program ? { store, program, keyOf: analyser.keyOf } : null;
    const base = await findBase(image, request.base, found);
    const described = describedImage(image);
    const put = async (whole: ReadImage<LayerAnalysis>): Promise<Subject> => {
      const taken = await inventoryOf(whole, asked, kept, request.queries);
      const signatures = await signaturesOf(described, request);
      const facts = { ...markBaseLines(taken.facts, base.image, whole.layers.length), ...signatures };
      const inventory = { ...taken, facts };
      const malware =
        clamd && scanner && version
          ? await scanner.scanForMalware(whole, inventory.layers, clamd, version, signal)
          : null;
      return { image: described, inventory, base, malware, catalogers: catalogerVersions() };
    };
    const key =
      kept && !clamd && !request.signatures
        ? subjectKey(described, base, inventoryKey(image, asked, kept, request.queries))
        : null;
    return openedSubject(key, image, put);
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** What was read of an image is let go of once the subject is put together: whoever holds this judges it meanwhile. */
function openedSubject(
  key: string | null,
  image: ReadImage<LayerAnalysis>,
  put: (image: ReadImage<LayerAnalysis>) => Promise<Subject>,
): OpenSubject {
  const held = [image];
  return {
    key,
    async subject() {
      const whole = held.pop();
      if (whole === undefined) throw new Error('a subject is put together once');
      try {
        return await put(whole);
      } finally {
        for (const { analysis } of whole.layers) analysis.listing.entries.letGo?.();
        await whole.close();
      }
    },
    async close() {
      await held.pop()?.close();
    },
  };
}

/** Without what its layers hold. */
function describedImage(image: ReadImage<LayerAnalysis>): SubjectImage {
  const { reference, names, id, digest, platform, platforms, readFrom, foundIn, pinned, rootfsDigest } = image;
  const where = { ...(readFrom && { readFrom }), ...(foundIn && { foundIn }), ...(pinned && { pinned }) };
  return { reference, names, id, digest, platform, platforms, ...where, contentDigest: rootfsDigest };
}

/** Signatures under the image and the index that it was chosen from; {} where they cannot be known. */
async function signaturesOf(
  image: Pick<SubjectImage, 'reference' | 'digest' | 'pinned'>,
  request: SubjectRequest,
): Promise<Pick<Facts, 'signatures'>> {
  const { signatures: asked, registry, signal, progress } = request;
  if (asked === undefined) return {};
  const [, pinned = '', index = ''] = /^registry:(.*)@(sha256:[0-9a-f]{64})$/.exec(image.pinned ?? '') ?? [];
  if (index === '') {
    progress?.note?.(`${image.reference} was not read from a registry: who signed it is not known`);
    return {};
  }
  const { imageSignatures } = await import('../attest/image-signatures.ts');
  const digests = [image.digest ?? index, index];
  return { signatures: await imageSignatures({ image: pinned, digests, trust: asked.trust, registry, signal }) };
}

/** What images, and those that they are built on, are found by. */
export function describeOptions(request: SubjectRequest): DescribeOptions {
  const { platform, limits, signal, engineHost, environment, offline, registry } = request;
  return { platform, limits, signal, engineHost, environment, offline, registry };
}

/** Of a subject: what it is called and what it was built on, beside what is in it. */
function subjectKey(image: SubjectImage, base: BaseFound, inventory: string | null): string | null {
  if (inventory === null) return null;
  const { reference, names, id, digest, platform, platforms, readFrom = null, foundIn = null, pinned = null } = image;
  const described = { reference, names, id, digest, platform, platforms, readFrom, foundIn, pinned };
  const made = JSON.stringify([inventory, described, base]);
  return createHash('sha256').update(`subject\n${made}`).digest('hex');
}
