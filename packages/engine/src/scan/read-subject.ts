import type { EolRecord } from '../advisories/types.ts';
import { readImage } from '../image/read-image.ts';
import type { ReadImage } from '../image/types.ts';
import { catalogerVersions } from '../inventory/catalogers.ts';
import { createLayerAnalyser } from '../inventory/layer-analyser.ts';
import type { LayerAnalysis } from '../inventory/layer-analysis.ts';
import { openLayerCache } from '../inventory/layer-cache.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import type { Inventory } from '../inventory/types.ts';
import type { InventoryResult, ResultImage, ResultInputs } from '../result/types.ts';
import type { SubjectRequest } from './request.ts';

/** An image that was read: what it is, and what is inside. Its files are closed. */
export interface Subject {
  readonly image: ReadImage<LayerAnalysis>;
  readonly inventory: Inventory;
}

/** @throws ImageError when the image as a whole cannot be read */
export async function readSubject(request: SubjectRequest): Promise<Subject> {
  const store = request.cacheDir === null ? undefined : openLayerCache({ directory: request.cacheDir });
  const image = await readImage(request.reference, {
    analyser: createLayerAnalyser({ store }),
    platform: request.platform,
    limits: request.limits,
    signal: request.signal,
    progress: request.progress,
    engineHost: request.engineHost,
    offline: request.offline,
  });
  try {
    return { image, inventory: await takeInventory(image) };
  } finally {
    await image.close();
  }
}

/** `image` of the result. */
export function resultImage({ image, inventory }: Subject, endOfLife: EolRecord['endOfSupport'] | null): ResultImage {
  const { distro } = inventory;
  return {
    reference: image.reference,
    id: image.id,
    digest: image.digest ?? image.rootfsDigest,
    platform: image.platform,
    names: image.names,
    distro: distro && {
      id: distro.id,
      version: distro.version,
      codename: distro.codename,
      prettyName: distro.prettyName,
      endOfLife,
    },
    layers: inventory.layers,
  };
}

/** The inputs that do not depend on advisories or policy. */
export function subjectInputs({ image }: Subject, request: SubjectRequest): ResultInputs {
  return {
    product: { name: 'plimsoll', version: request.version },
    subject: {
      digest: image.id ?? image.rootfsDigest,
      platform: image.platform,
      reference: image.reference,
      stage: request.stage,
    },
    catalogers: catalogerVersions(),
    advisories: {},
    stale: [],
    missing: [],
    policy: {},
    exceptions: {},
    settings: request.limits ? { limits: request.limits } : {},
    history: {},
    evaluatedAt: request.evaluatedAt,
  };
}

/** The inventory of an image alone: what `plimsoll sbom` prints. Needs no advisories. */
export async function listImage(request: SubjectRequest): Promise<InventoryResult> {
  const subject = await readSubject(request);
  return {
    schemaVersion: '1',
    image: resultImage(subject, null),
    inputs: subjectInputs(subject, request),
    packages: subject.inventory.packages,
    facts: subject.inventory.facts,
    incomplete: subject.inventory.incomplete,
  };
}
