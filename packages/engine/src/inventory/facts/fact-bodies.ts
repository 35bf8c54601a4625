import type { FileParts, LayerEntry, PassingFile } from '../../image/types.ts';
import type { ParsedFile } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { type BodyReader, beginningBytes, type FactGatherer, type GatheredFact } from './gatherer.ts';

interface NamedReader {
  readonly name: GatheredFact;
  readonly bodies: BodyReader;
}

/** Larger bodies get a buffer of their own, which is let go; bytes. */
const maxSpareBytes = 1024 * 1024;
const smallBytes = 3 * 1024;

/**
 * Hands the bodies of one layer to whoever reads them for facts. Of a file that is read for its beginning no more than that is
 * looked at where nobody reads on: most of what is not text is let go after its first bytes.
 */
export class FactBodies {
  readonly #readers: readonly NamedReader[];
  readonly #tell: (reader: GatheredFact, path: string, said: ParsedFile<unknown>) => void;
  #spare = Buffer.alloc(0);
  /** who wants the file that was asked for last: the layer asks first, and hands it over next */
  #last: { readonly path: string; readonly readers: readonly NamedReader[] } = { path: '', readers: [] };

  constructor(
    gatherers: readonly FactGatherer<GatheredFact>[],
    tell: (reader: GatheredFact, path: string, said: ParsedFile<unknown>) => void,
  ) {
    this.#readers = gatherers.flatMap(({ name, bodies }) =>
      bodies === undefined ? [] : [{ name, bodies: bodies.begin?.() ?? bodies }],
    );
    this.#tell = tell;
  }

  wants(path: string, size: number, mode: number): boolean | 'parts' {
    const readers = this.#readersOf(path, size, mode);
    if (readers.length === 0) return false;
    return size > beginningBytes && readers.every(({ bodies }) => bodies.begins !== undefined) ? 'parts' : true;
  }

  whole({ path, mode }: Pick<LayerEntry, 'path' | 'mode'>, body: Buffer): void {
    const readers = this.#readersOf(path, body.length, mode);
    if (readers.length > 0) this.#read(path, body, body.length, readingOn(readers, path, body));
  }

  parts({ path, size, mode }: LayerEntry, parts: FileParts): void {
    const readers = this.#readersOf(path, size, mode);
    if (readers.length === 0) return;
    const beginning = parts.read(0, Math.min(size, beginningBytes));
    const reading = beginning === null ? readers : readingOn(readers, path, beginning);
    if (reading.length === 0) return;
    const body = this.#bodyOf(parts, Math.min(size, mostOf(reading)));
    if (body !== null) this.#read(path, body, size, reading);
    else for (const { name } of reading) this.#tell(name, path, unreadable);
  }

  /** Null where nobody wants it. */
  passing({ path, size, mode }: LayerEntry): PassingFile | null {
    const readers = this.#readersOf(path, size, mode);
    if (readers.length === 0) return null;
    const most = Math.min(size, mostOf(readers));
    let reading: readonly NamedReader[] | null = null;
    let filled = 0;
    return {
      data: (chunk) => {
        if (reading?.length === 0) return;
        // a size that lies costs no memory: what is not written to is not there
        if (filled === 0) this.#makeRoom(most);
        filled += chunk.copy(this.#spare, filled, 0, Math.min(chunk.length, most - filled));
        if (reading !== null || filled < Math.min(size, beginningBytes)) return;
        reading = readingOn(readers, path, this.#spare.subarray(0, Math.min(filled, beginningBytes)));
      },
      end: () => {
        this.#read(path, this.#spare.subarray(0, filled), size, reading ?? []);
      },
    };
  }

  #readersOf(path: string, size: number, mode: number): readonly NamedReader[] {
    if (this.#last.path !== path) {
      this.#last = { path, readers: this.#readers.filter(({ bodies }) => bodies.wants(path, size, mode)) };
    }
    return this.#last.readers;
  }

  #bodyOf(parts: FileParts, bytes: number): Buffer | null {
    // mostly read already, with the header
    if (parts.readInto === undefined || bytes <= smallBytes) return parts.read(0, bytes);
    this.#makeRoom(bytes);
    const body = this.#spare.subarray(0, bytes);
    return parts.readInto(body, 0) ? body : null;
  }

  #makeRoom(bytes: number): void {
    if (this.#spare.length >= bytes) return;
    this.#spare = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(2 * this.#spare.length, maxSpareBytes)));
  }

  #letGo(): void {
    if (this.#spare.length > maxSpareBytes) this.#spare = Buffer.alloc(0);
  }

  #read(path: string, body: Buffer, size: number, readers: readonly NamedReader[]): void {
    for (const { name, bodies } of readers) {
      const said = readBody(bodies, path, body.subarray(0, bodies.maxBytes ?? size), size);
      if (said !== null) this.#tell(name, path, said);
    }
    this.#letGo();
  }
}

const unreadable: ParsedFile<never> = {
  facts: null,
  damage: { code: 'file-unreadable', message: 'the file could not be read to its end' },
};

function readingOn(readers: readonly NamedReader[], path: string, body: Buffer): readonly NamedReader[] {
  const beginning = body.subarray(0, beginningBytes);
  const reading = readers.filter(({ bodies }) => bodies.begins?.(path, beginning) ?? true);
  return reading.length === readers.length ? readers : reading;
}

/** Bytes of a body that somebody of these reads. */
function mostOf(readers: readonly NamedReader[]): number {
  return Math.max(0, ...readers.map(({ bodies }) => bodies.maxBytes ?? Infinity));
}

function readBody(bodies: BodyReader, path: string, body: Buffer, size: number): ParsedFile<unknown> | null {
  try {
    return bodies.read(path, body, size);
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return { facts: null, damage: { code: error.code, message: error.message } };
  }
}
