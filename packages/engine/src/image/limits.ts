import type { ReadLimits } from './types.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * What the reader accepts unless told otherwise. What lies beyond is reported as a problem or an error, never silently
 * left out. The largest images seen have 500,000 entries and layers of 20 GiB.
 */
export const defaultReadLimits: ReadLimits = {
  maxEntriesPerLayer: 2_000_000,
  /** PATH_MAX of Linux */
  maxPathBytes: 4096,
  maxLayerBytes: 64 * GiB,
  /** A bomb of gzip reaches 1,030:1, one of zstd far more; real layers stay below 20:1. Judged from `ratioJudgedFrom` on. */
  maxInflateRatio: 200,
  maxFileBytes: 256 * MiB,
  maxManifestBytes: 16 * MiB,
  /** as Linux (MAXSYMLINKS) */
  maxLinkHops: 40,
};

/**
 * Uncompressed bytes below which no ratio is too high: an image may hold one file of zeros (a swap file, a sparse
 * database), and reading so much costs two seconds at most.
 */
export const ratioJudgedFrom = GiB;

/** Extended headers (PAX, GNU long names) of one tar entry, bytes: a path and a link target of the largest size, with room for attributes. */
export const maxExtendedHeaderBytes = MiB;

/** Paths of one layer, bytes: those of 2,000,000 entries take 200 MiB. */
export const maxListingBytes = GiB;

/** Problems that one layer lists; the next one says that there were more. */
export const maxProblemsPerLayer = 1000;

/**
 * Path components that applying the layers of one image may walk: 500,000 entries take 5 million. Links upon links could
 * take any number.
 */
export const maxSquashSteps = 50_000_000;

/**
 * Components of the targets of links that may be followed in one image, while its layers are applied and by all that is asked
 * of the view: an image of 3.9 GB takes 5,000, 6,000 packages that pnpm linked
 * 100,000 times 600,000. A path through 39 links of 4 KiB takes 80,000, as often as the path is named.
 */
export const maxLinkComponents = 10_000_000;

/** Manifests and indexes that the indexes of one layout may name, with repetitions. */
export const maxManifests = 10_000;

/** Members of the outer archive: a layout with as many blobs is no image. */
export const maxArchiveMembers = 100_000;

/** JSON members that are kept while an archive streams by, bytes altogether. */
export const maxKeptJsonBytes = 64 * MiB;

/** One stretch of a file that is wanted in parts, bytes. */
export const maxPartBytes = 64 * MiB;

/** Nested image indexes. */
export const maxIndexDepth = 4;

/** Layers of one image; engines stop at 127. */
export const maxLayers = 1000;

/** Bytes handed on at once: larger ones cost memory, smaller ones calls. */
export const streamChunkBytes = 128 * KiB;

/**
 * Bytes read at once where headers are walked: twice as many as before where the next header stands near, half as many where it
 * does not. Calls and what is copied in vain are both fewer than with any fixed size.
 */
export const headerChunkBytes = { least: 4 * KiB, most: streamChunkBytes } as const;

/** A header stands near when less than this is skipped before it, bytes. */
export const nearHeaderBytes = 8 * KiB;

/**
 * Layers of files read side by side, whatever the number of cores: one thread reads what others inflate for it, and with two it is
 * busy. Further ones would wait, each with all that it holds.
 */
export const maxLayersAtOnce = 2;

/** Layers pulled side by side: most of the time is spent waiting. */
export const maxPulledAtOnce = 4;
