/**
 * The contract of the image room: how an image is opened and how its layers are handed, as streams, to whoever
 * analyses them. The room knows nothing of packages.
 */

import type { RegistryOptions } from '../registry/types.ts';

/** Kinds of place an image can come from; the prefix of a reference (`docker-archive:F`). */
export type SourceKind =
  | 'docker-archive'
  | 'oci-archive'
  | 'oci-layout'
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'registry'
  | 'rootfs';

/** `export`: the archive that an engine sends; `overlay2`: the folders of its storage driver on this machine. */
export type ReadFrom = 'export' | 'overlay2';

/** Where a name without a prefix is looked up, in this order. */
export type NamedPlace = 'docker' | 'podman' | 'containerd' | 'registry';

export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/**
 * One entry of a layer. `path` is clean and relative (`usr/lib/os-release`, no `./`, no leading `/`, never `..`);
 * bytes that are no UTF-8 become U+F780 to U+F7FF. `linkTarget` is as written for symbolic links, a clean path for hard links.
 */
export interface LayerEntry {
  readonly path: string;
  readonly type: EntryType;
  /** permission bits with set-id and sticky bits, `0o4755` */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** bytes */
  readonly size: number;
  readonly linkTarget: string | null;
}

/** What could not be read or was cut at a limit. `code` is one of the result's `incomplete` codes. */
export interface ReadProblem {
  readonly code: ReadProblemCode;
  readonly message: string;
  readonly path?: string;
}

export type ReadProblemCode =
  /** an entry path or link target that leaves the root, or is malformed; the entry was ignored */
  | 'unsafe-path'
  /** a wanted file is larger than `maxFileBytes` */
  | 'file-too-large'
  /** a wanted file could not be read (rootfs permission, vanished) */
  | 'file-unreadable'
  /** a layer has more entries, longer paths or more ways through links, or inflates further, than the limits allow; the rest was not read */
  | 'limit-reached'
  /** a special entry that is not understood (unknown tar type flag, sparse file that is wanted) */
  | 'entry-not-understood';

/**
 * A first look at paths before they become text, for whoever means few of many. `directory` is asked once for all files in
 * it (`usr/bin`, '' for the root) and says something of its own; `name` gets that with the base name. False: the
 * path is certainly not meant.
 */
export interface PathFilter {
  directory(path: string): number;
  name(name: NameBytes, directory: number): boolean;
}

/** A first look at files. */
export interface FirstLook extends Pick<PathFilter, 'directory'> {
  file(name: NameBytes, directory: number, size: number, mode: number): boolean;
}

/** For those who fill one object again and again, where one for each would be hundreds of thousands. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A base name as UTF-8, with its hash (`path-hash.ts`). Valid during the call that hands it over. */
export interface NameBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly hash: number;
}

/**
 * Receives one layer. Created by `LayerAnalyser.begin` for each layer that has to be read; calls come in the order of
 * the layer. `wants` is asked for every regular file before its body is touched.
 */
export interface LayerVisitor<T> {
  /** Asked before `wants`, for nearly all files: what it says no to is not wanted, and its path does not become text. */
  readonly look?: FirstLook | undefined;
  /**
   * Whether the body of this regular file is wanted. `path`, `size` and `mode` as in `LayerEntry`. `parts`: only stretches
   * of it, which `parts` or `passing` gets; what it means where the visitor has neither is that the file is not wanted.
   * `either`: `parts` gets it where it can be read at any position for as long as the image is open, else `file`.
   *
   * @param again a hard link to a file of this layer that has passed: its body would have to be read once more
   */
  wants(path: string, size: number, mode: number, again: boolean): Wanted;
  /**
   * The whole body of a wanted file, valid during the call: its memory is used again.
   *
   * @param later the same body, where it can be read again for as long as the image is open
   */
  file(entry: LayerEntry, body: Buffer, later?: FileParts): void;
  /** A file wanted in parts that lies where it can be read at any position. `parts` is valid during the call. */
  parts?(entry: LayerEntry, parts: FileParts): void;
  /** A file wanted in parts whose bytes pass by once. */
  passing?(entry: LayerEntry): PassingFile;
  /** After the last entry: turns what was seen into the analysis. */
  finish(listing: LayerListing): T;
}

export type Wanted = boolean | 'parts' | 'either';

/** Stretches of one file. */
export interface FileParts {
  /** bytes */
  readonly size: number;
  /** A view, valid as long as this object, not to be written to; null where the stretch is not, or not wholly, at hand. */
  read(offset: number, length: number): Buffer | null;
  /** Fills `target` from this offset, for whoever goes through much of the file with one buffer; false where not all is at hand. */
  readInto?(target: Buffer, offset: number): boolean;
  /** The same file, valid for as long as the image is open; absent where it is gone after the call. */
  readonly later?: FileParts;
}

/** Takes the body of one file in pieces, first to last. */
export interface PassingFile {
  /** `chunk` is valid during the call */
  data(chunk: Buffer): void;
  /** The body is complete. Not called where the layer ends before. */
  end(): void;
}

/** Entries that are made when they are looked at, or an array of them. */
export interface EntryList extends Iterable<LayerEntry> {
  readonly length: number;
  /** Gives the memory of many back at once: nobody looks at one again. */
  letGo?(): void;
}

/** What hides something of the layers below. */
export interface Mark {
  readonly path: string;
  /** how many entries stand before it: what takes the place of its directory later ends it */
  readonly at: number;
}

/** All of a layer but its bodies. Whiteouts are taken out of `entries`. */
export interface LayerListing {
  /** in the order of the layer, later ones replace earlier ones; hard links that are wanted are resolved to files where possible */
  readonly entries: EntryList;
  /** paths that this layer removes from the layers below (`usr/bin/vi`) */
  readonly whiteouts: readonly Mark[];
  /** directories whose content in the layers below is hidden; '' is the root */
  readonly opaque: readonly Mark[];
  readonly problems: readonly ReadProblem[];
}

/** Under which an analysis may be kept, and for how long it is true. */
export interface LayerKey {
  /**
   * `sha256:…` of bytes that were hashed and found equal; or `file:dev:inode:size:ctimeNs:offset`, or `overlay2:…` of an
   * engine's folder (both true on this machine alone)
   */
  readonly id: string;
  readonly verified: boolean;
}

/** What the reader asks of whoever analyses layers. Generic: the image room does not look into `T`. */
export interface LayerAnalyser<T> {
  /** An analysis kept from an earlier run, or undefined. For a digest key the caller stored it only after verification. */
  recall(key: LayerKey): T | undefined;
  begin(): LayerVisitor<T>;
  /** Called with keys that are true now: after the digest was computed and found equal, or for a file identity. */
  keep(key: LayerKey, analysis: T): void;
}

/** One layer as it stands in the result (`image.layers[]`), base first. */
export interface LayerDescriptor {
  /** of the blob as stored; null where the source has no such blob (docker-archive, engine) */
  readonly digest: string | null;
  /** of the uncompressed layer, as the config states it */
  readonly diffId: string | null;
  readonly mediaType: string;
  /** bytes as stored */
  readonly size: number;
  /** the history entry that made it, as in `HistoryEntry` */
  readonly instruction: string | null;
  /** whether the analysis comes from bytes that were hashed and found equal, now or when it was kept */
  readonly verified: boolean;
}

export interface HistoryEntry {
  readonly created: string | null;
  /** `created_by` in the form in which people write it; values of build arguments, ENV and ARG are left out: they may be secret */
  readonly instruction: string | null;
  readonly comment: string | null;
  readonly emptyLayer: boolean;
}

/** The image configuration in one shape, whatever wrote it. Absent values are null or empty. */
export interface ImageConfig {
  readonly created: string | null;
  readonly author: string | null;
  readonly architecture: string | null;
  readonly os: string | null;
  readonly variant: string | null;
  readonly user: string;
  /** `22/tcp`, sorted */
  readonly exposedPorts: readonly string[];
  /** `NAME=value`, as written */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly volumes: readonly string[];
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly healthcheck: Readonly<Record<string, unknown>> | null;
  readonly stopSignal: string | null;
  readonly shell: readonly string[] | null;
  readonly onBuild: readonly string[];
  readonly history: readonly HistoryEntry[];
}

/** What is certain of an image's layers, by their index, whatever its config states. Valid as long as the image is open. */
export interface LayerDigests {
  /**
   * Of the blob as stored: of an image that was read what its bytes were found to have, now or when they were kept; of one that
   * was described what its manifest states, by which the image means that blob and no other. null: not known.
   */
  blob(layer: number): string | null;
  /**
   * Of the uncompressed bytes, hashed when this is asked for unless they were before. Null: a limit is in the way.
   *
   * @throws ImageError when the layer cannot be read
   */
  content(layer: number): Promise<string | null>;
}

/** Content digests that were found before, by the digest of a blob that was hashed, or the identity of a place in a file. */
export interface ContentDigests {
  recall(id: string): string | undefined;
  keep(id: string, digest: string): void;
}

/** An image whose layers have been analysed. */
export interface ReadImage<T> {
  /** as the user wrote it */
  readonly reference: string;
  readonly kind: SourceKind;
  /** names the same image index whatever becomes of the tag that led to it; absent where none can move */
  readonly pinned?: string;
  /** how the layers came, where an engine has more than one way */
  readonly readFrom?: ReadFrom;
  /** of a name without a prefix: who had it */
  readonly foundIn?: NamedPlace;
  /** repository names and tags that the source itself states, sorted */
  readonly names: readonly string[];
  /** manifest digest where known (`sha256:…`) */
  readonly digest: string | null;
  /** config digest, computed (`sha256:…`); of a rootfs null */
  readonly id: string | null;
  /** `linux/amd64`, `linux/arm/v7`; null for a rootfs */
  readonly platform: string | null;
  /** of the image index that it stands in, in that order; of a single image its own; of a rootfs none */
  readonly platforms: readonly string[];
  /** null for a rootfs */
  readonly config: ImageConfig | null;
  /** of the manifest; absent where the source has none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** base first; of a rootfs empty, its one analysis is `rootfs` */
  readonly layers: readonly (LayerDescriptor & { readonly analysis: T })[];
  readonly rootfs: T | null;
  /** of a rootfs: digest over its sorted entries and the bodies that were read */
  readonly rootfsDigest: string | null;
  readonly digests: LayerDigests;
  /** Bodies of single files of one layer (index in `layers`, 0 for a rootfs), for links that lead to what nobody wanted. Missing ones are absent. */
  reread(layer: number, paths: ReadonlySet<string>): Promise<ReadonlyMap<string, Buffer>>;
  close(): Promise<void>;
}

/** Limits of the reader, by amounts, never by the clock. All in bytes or counts. */
export interface ReadLimits {
  readonly maxEntriesPerLayer: number;
  readonly maxPathBytes: number;
  /** uncompressed bytes of one layer */
  readonly maxLayerBytes: number;
  /** uncompressed : compressed, judged once 1 GiB was inflated */
  readonly maxInflateRatio: number;
  /** a wanted body */
  readonly maxFileBytes: number;
  readonly maxManifestBytes: number;
  readonly maxLinkHops: number;
}

export interface ReadProgress {
  /** something that the user should know and that is no part of what was read */
  note?(text: string): void;
  layer(event: {
    readonly index: number;
    readonly count: number;
    readonly bytesRead: number;
    readonly bytesTotal: number;
    readonly done: boolean;
  }): void;
}

export type { RegistryOptions };

export type Environment = Readonly<Record<string, string | undefined>>;

/** How an image is found: all that describing one needs. */
export interface DescribeOptions {
  /** `linux/arm64`; `any`: the first of an image index; default: the host's */
  readonly platform?: string | undefined;
  readonly limits?: Partial<ReadLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** the Docker engine's socket or URL; instead of what the environment says */
  readonly engineHost?: string | undefined;
  /** the variables that say where engines are (`DOCKER_HOST`, `CONTAINER_HOST` …) */
  readonly environment?: Environment | undefined;
  /** no connection beyond this machine: an engine that is not behind a local socket is refused, and every registry */
  readonly offline?: boolean | undefined;
  /** for `registry:` */
  readonly registry?: RegistryOptions | undefined;
  /** absent: layers whose content is asked for are hashed anew */
  readonly contentDigests?: ContentDigests | undefined;
}

/** @param platforms as `ReadImage.platforms` */
export type PlatformsKnown = (platforms: readonly string[]) => void;

export interface ReadOptions<T> extends DescribeOptions {
  readonly analyser: LayerAnalyser<T>;
  readonly progress?: ReadProgress | undefined;
  /**
   * Told of which platforms there are images, before layers are read where that is known before. What it throws ends the reading.
   */
  readonly planned?: PlatformsKnown | undefined;
}

/** The image that another was built on, and how that is known. */
export interface ImageBase {
  /** null where nothing names it */
  readonly reference: string | null;
  /** of its manifest, where known */
  readonly digest: string | null;
  /** of its config, where the base itself was at hand */
  readonly id: string | null;
  /** how many, from the base up, are its layers; null: it is named, but where it ends is not known */
  readonly layers: number | null;
  /**
   * `option`: given, and the image begins with its layers. The image's own word: `annotation` (a manifest annotation or
   * label) and `history`, which is a guess.
   */
  readonly from: 'option' | 'annotation' | 'history';
}

/** What an image is, told without reading its layers. */
export interface DescribedImage {
  /** as the user wrote it */
  readonly reference: string;
  /** repository names and tags that the source itself states, sorted */
  readonly names: readonly string[];
  /** manifest digest where known (`sha256:…`) */
  readonly digest: string | null;
  /** config digest (`sha256:…`) */
  readonly id: string;
  readonly platform: string | null;
  /** of its layers, base first, as the config states them */
  readonly diffIds: readonly string[];
}

/** The same, as long as it is open. */
export interface OpenImage extends DescribedImage {
  readonly digests: LayerDigests;
}
