import { PolicyError } from './error.ts';
import { matchesGlob } from './glob.ts';
import { matchesImage } from './image-pattern.ts';
import type { PolicySubject } from './types.ts';

/** Which policies judge which images: all that is given must fit. */
export interface Mapping {
  /** patterns of names or digests, as those of exceptions; empty: every image */
  readonly images: readonly string[];
  /** labels of the configuration, each with a pattern of its value */
  readonly labels: readonly (readonly [name: string, pattern: string])[];
  /** empty: every stage */
  readonly stages: readonly PolicySubject['stage'][];
  /** packs and files, the latter relative to the map */
  readonly policies: readonly string[];
}

/** The first mapping that fits an image decides. */
export interface PolicyMap {
  readonly name: string;
  readonly mappings: readonly Mapping[];
}

/** Whether a file that was given as a policy is a map of policies. */
export function isPolicyMap(text: string): boolean {
  return /^(?:mappings|"mappings"|'mappings')[ \t]*:/m.test(text) && !/^rules[ \t]*:/m.test(text);
}

/** Whether it may judge images of this stage at all, which is known before one is read. */
export function isOfStage({ stages: wanted }: Mapping, stage: PolicySubject['stage']): boolean {
  return wanted.length === 0 || wanted.includes(stage);
}

/**
 * Index of the mapping that decides.
 *
 * @throws PolicyError `MAPPING_MISSING` when none fits: an image that nobody has a policy for does not pass
 */
export function decidingMapping({ name, mappings }: PolicyMap, { image, inventory, stage }: PolicySubject): number {
  const labels = inventory.facts.config?.labels ?? {};
  const fits = (mapping: Mapping) =>
    isOfStage(mapping, stage) &&
    (mapping.images.length === 0 || mapping.images.some((pattern) => matchesImage(pattern, image))) &&
    mapping.labels.every(([label, pattern]) => Object.hasOwn(labels, label) && matchesGlob(labels[label]!, pattern));
  const index = mappings.findIndex(fits);
  if (index >= 0) return index;
  const problem = `no mapping of "${name}" has a policy for ${image.reference} in stage ${stage}; end the list with one that fits every image`;
  throw new PolicyError('MAPPING_MISSING', [problem]);
}
