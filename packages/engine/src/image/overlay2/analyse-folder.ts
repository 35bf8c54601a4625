import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type AnalysedLayer, InflateGuard, type LayerContext, PickedBodies, readPending } from '../analyse-layer.ts';
import { OpenFile, piecesOf, readParts } from '../blob.ts';
import { type ImageError, throwIfAborted } from '../error.ts';
import { Inflater } from '../inflater.ts';
import { isKeepable } from '../layer-problems.ts';
import { LayerScan, withinLimits } from '../layer-scan.ts';
import { streamChunkBytes } from '../limits.ts';
import type { TarDecoder } from '../tar/tar-decoder.ts';
import { blockSize } from '../tar/tar-header.ts';
import { cleanPath } from '../tar/tar-text.ts';
import type { FileParts, ReadLimits } from '../types.ts';
import { Crc64 } from './crc64.ts';
import { folderIdentity, type LayerFolder } from './stored-image.ts';
import { type SplitFile, type SplitHandler, TarSplitDecoder } from './tar-split.ts';
import { unusable } from './unusable.ts';

/**
 * Reads a layer from the folder of an engine: its tar as the engine would export it, of which only the headers and the
 * files that are wanted are read. So entries, whiteouts, opaque marks, owners and hard links are those of the export,
 * whatever the file system below made of them.
 *
 * @throws ImageError when the folder does not have what the tar says; errors of the system
 */
export async function analyseFolder<T>(
  folder: LayerFolder,
  what: string,
  context: LayerContext<T>,
): Promise<AnalysedLayer<T>> {
  const { analyser, limits } = context;
  const tarSplit = new OpenFile(folder.tarSplit);
  const bodies = new FolderBodies(folder.files);
  try {
    const key = { id: folderIdentity(folder, tarSplit), verified: false };
    const kept = analyser.recall(key);
    if (kept !== undefined) {
      return { analysis: kept, verified: false };
    }
    const scan = new LayerScan(analyser.begin(), limits, what, { parts: (_, size) => bodies.parts(size) });
    await withinLimits(scan, () => run(tarSplit, new Rejoined(bodies, scan.decoder, limits), what, context));
    if (scan.pending.length > 0) {
      const again = new PickedBodies(scan.pending, what);
      await run(tarSplit, new Rejoined(bodies, again.decoder, limits), what, { ...context, onRead: () => {} });
      readPending(scan, again.byOffset);
    }
    const { analysis, problems } = scan.finish();
    if (isKeepable(problems) && tarSplit.unchanged()) {
      analyser.keep(key, analysis);
    }
    return { analysis, verified: false };
  } finally {
    bodies.done();
    tarSplit.close();
  }
}

async function run(
  tarSplit: OpenFile,
  rejoined: Rejoined,
  what: string,
  context: Pick<LayerContext<unknown>, 'limits' | 'signal' | 'onRead'>,
): Promise<void> {
  const lines = new TarSplitDecoder(rejoined);
  const guard = new InflateGuard(context.limits);
  let read = 0;
  const inflated = (chunk: Buffer) => {
    guard.count(chunk.length, read);
    lines.push(chunk);
  };
  const inflater = new Inflater('gzip', inflated, what, true, listChunkBytes);
  try {
    for await (const piece of piecesOf({ file: tarSplit, start: 0, size: tarSplit.size }, what, context.signal)) {
      read += piece.length;
      await inflater.write(piece);
      context.onRead(rejoined.fileBytes);
    }
    await inflater.end();
    lines.end();
    rejoined.end();
  } finally {
    inflater.destroy();
  }
  throwIfAborted(context.signal);
}

/** Of the list, inflated: it is 20 times as long as it is stored. */
const listChunkBytes = 1024 * 1024;
const noBytes = Buffer.alloc(0);
const beyondAscii = /[^\0-\x7f]/;

/** Puts the contents of files back between the headers: those that the decoder wants. */
class Rejoined implements SplitHandler {
  readonly #bodies: FolderBodies;
  readonly #decoder: TarDecoder;
  readonly #guard: InflateGuard;
  /** waits for the file that it is the header of */
  #held: Buffer = noBytes;
  #heldBytes = 0;
  #bytes = 0;
  fileBytes = 0;

  constructor(bodies: FolderBodies, decoder: TarDecoder, limits: ReadLimits) {
    this.#bodies = bodies;
    this.#decoder = decoder;
    this.#guard = new InflateGuard(limits);
  }

  segment(bytes: Buffer, length: number): void {
    this.#release();
    this.#held = bytes;
    this.#heldBytes = length;
  }

  file(file: SplitFile): void {
    this.#bodies.current = file;
    this.#release();
    this.#bodies.done();
    if (file.size > 0) {
      this.#count(file.size);
      this.fileBytes += file.size;
    }
    this.#pass(file);
  }

  end(): void {
    this.#release();
  }

  #release(): void {
    const length = this.#heldBytes;
    if (length === 0) return;
    this.#heldBytes = 0;
    this.#count(length);
    this.#decoder.push(this.#held, length);
  }

  /** The same limit as for the tar itself. */
  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#guard.count(bytes, this.#bytes);
  }

  #pass(file: SplitFile): void {
    const { wanted, skippable } = this.#decoder;
    if (wanted > 0 && wanted === file.size) {
      this.#bodies.read(file, (chunk) => this.#decoder.push(chunk));
    } else if (wanted === 0 && skippable >= file.size && skippable - file.size < blockSize) {
      if (file.size > 0) this.#decoder.skip(file.size);
    } else {
      // a sparse file, which lies there expanded, or a header that the engine takes for another
      throw unusable(`${file.name.toString('utf8', 0, 200)} does not have the size of its header`);
    }
  }
}

/** Opens the files of one layer's folder. No link is followed. */
class FolderBodies {
  readonly #root: string;
  readonly #buffer = Buffer.allocUnsafe(streamChunkBytes);
  /** directories that were found to be none but directories */
  readonly #directories = new Set<string>();
  #descriptor: number | null = null;
  /** whose header is being read */
  current: SplitFile | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  /** Stretches of the file whose header is being read; valid until `done`. */
  parts(size: number): FileParts {
    const file = this.current;
    if (file === null || file.size !== size) {
      throw unusable('a file does not have the size of its header');
    }
    return readParts(size, (buffer, position) => {
      this.#descriptor ??= this.#openParts(file);
      return readSync(this.#descriptor, buffer, 0, buffer.length, position);
    });
  }

  /** The header was read. */
  done(): void {
    this.current = null;
    if (this.#descriptor !== null) {
      closeSync(this.#descriptor);
      this.#descriptor = null;
    }
  }

  /** The whole content, which must have the checksum that the engine keeps of it. */
  read(file: SplitFile, to: (chunk: Buffer) => void): void {
    const descriptor = this.#open(file);
    const checksum = new Crc64();
    try {
      for (let at = 0; at < file.size; ) {
        const wanted = Math.min(this.#buffer.length, file.size - at);
        const count = readSync(descriptor, this.#buffer, 0, wanted, at);
        if (count === 0) {
          throw changed(file);
        }
        const chunk = this.#buffer.subarray(0, count);
        checksum.update(chunk);
        to(chunk);
        at += count;
      }
    } finally {
      closeSync(descriptor);
    }
    if (file.checksum()?.equals(checksum.digest()) !== true) {
      throw changed(file);
    }
  }

  #open(file: SplitFile): number {
    return this.#opened(file, false);
  }

  /** Its checksum is not known, so one that overlay copied up without its content is told by having no blocks. */
  #openParts(file: SplitFile): number {
    return this.#opened(file, true);
  }

  #opened(file: SplitFile, needsBlocks: boolean): number {
    const path = cleanPath(file.name.toString('latin1'));
    if (path === undefined || path === '') {
      throw unusable('the path of a file leaves its directory');
    }
    this.#checkDirectories(path);
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const descriptor = openSync(this.#real(path), flags);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size !== file.size || (needsBlocks && stat.size > 0 && stat.blocks === 0)) {
      closeSync(descriptor);
      throw changed(file);
    }
    return descriptor;
  }

  #checkDirectories(path: string): void {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const directory = path.slice(0, end);
      if (this.#directories.has(directory)) {
        return;
      }
      if (!lstatSync(this.#real(directory)).isDirectory()) {
        throw unusable(`${directory} is a link in the engine’s folder`);
      }
      this.#directories.add(directory);
    }
  }

  /** Names need not be UTF-8. */
  #real(path: string): Buffer | string {
    return beyondAscii.test(path)
      ? Buffer.concat([Buffer.from(`${this.#root}/`), Buffer.from(path, 'latin1')])
      : `${this.#root}/${path}`;
  }
}

function changed(file: SplitFile): ImageError {
  return unusable(`${file.name.toString('utf8', 0, 200)} is not what the engine wrote`);
}
