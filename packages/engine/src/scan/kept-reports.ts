import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SoundShards } from '../advisories/store/sound-shards.ts';
import { catalogPath } from '../advisories/store/store-paths.ts';
import type { LayerStore } from '../inventory/layer-analyser.ts';
import type { FileStore } from '../inventory/layer-cache.ts';
import {
  readSealedText,
  SealedDraft,
  type SealedPayload,
  sealedPayload,
  sealedText,
} from '../inventory/sealed-payload.ts';
import { type FactName, factNames } from '../inventory/types.ts';

const reportsMagic = Buffer.from('plimsoll reports 3\n');
const inputsMagic = Buffer.from('plimsoll inputs 3\n');
/** Of the reports of one run as they are kept: more are not. */
const maxKeptBytes = 64 * 1024 * 1024;
/** So much is kept as it is: inflating it would cost more than all else that writing it again does. */
const maxPlainBytes = 16 * 1024 * 1024;
const lengthBytes = 4;
const readAtOnce = 128 * 1024;
/** Loaded where something is compressed: most reports are not. */
const zlib = () => process.getBuiltinModule('node:zlib');

/** What a command wrote about an image, and how it ended. */
export interface KeptReports {
  readonly exitCode: number;
  /** for standard error */
  readonly notes: readonly string[];
  /** of each output, in their order; a chunk is only good until the next is asked for */
  readonly reports: readonly Iterable<Uint8Array>[];
  /** for whoever has written them, or does not want to */
  close(): void;
}

/** A stretch of a report: where it is kept, with how many bytes, and how many they inflate to; null: it is kept as it is. */
type Piece = readonly [at: number, kept: number, inflated: number | null];

interface Header {
  readonly exitCode: number;
  readonly notes: readonly string[];
  /** name → digest of the shards that were looked into */
  readonly shards: readonly (readonly [name: string, digest: string])[];
  /** of each output */
  readonly pieces: readonly (readonly Piece[])[];
}

/** Of everything that decides what is written: the command's inputs, the catalog of advisories among them, and the subject. */
export function reportsKey(inputs: string, subject: string): string {
  return createHash('sha256').update(`reports\n${inputs}\n${subject}`).digest('hex');
}

/** Of the catalog of a database directory, hexadecimal; null where none can be read. */
export function catalogDigest(dbDir: string): string | null {
  try {
    return createHash('sha256')
      .update(readFileSync(catalogPath(dbDir)))
      .digest('hex');
  } catch {
    return null;
  }
}

/** What was kept under `key`; undefined: nothing, or a shard that it was made from is not there any more as it was. */
export function recallReports(store: FileStore, key: string, dbDir: string | null): KeptReports | undefined {
  const file = store.open(key);
  if (file === undefined) return undefined;
  let isWanted = false;
  try {
    const payload = sealedPayload(reportsMagic, key, file);
    const header = payload && headerOf(payload);
    if (header === undefined || (dbDir !== null && !areSound(header.shards, dbDir))) return undefined;
    isWanted = true;
    const { exitCode, notes, pieces } = header;
    const reports = pieces.map((own) => ({ [Symbol.iterator]: () => chunksOf(payload!, own) }));
    return { exitCode, notes, reports, close: () => file.close() };
  } catch {
    // what cannot be read is as if it were not there
    return undefined;
  } finally {
    if (!isWanted) file.close();
  }
}

/** It stands last: where everything is was not known before. What passes its checksum was written here, so its shape is trusted. */
function headerOf(payload: SealedPayload): Header {
  const length = Buffer.alloc(lengthBytes);
  payload.read(length, payload.bytes - lengthBytes);
  const text = Buffer.alloc(length.readUInt32LE(0));
  payload.read(text, payload.bytes - lengthBytes - text.length);
  return JSON.parse(text.toString('utf8')) as Header;
}

function areSound(shards: Header['shards'], dbDir: string): boolean {
  const sound = new SoundShards(dbDir);
  const whole = shards.every(([, digest]) => sound.isSound(digest));
  sound.remember();
  return whole;
}

function* chunksOf(payload: SealedPayload, pieces: readonly Piece[]): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(readAtOnce);
  for (const [start, kept, inflated] of pieces) {
    if (inflated === null) {
      for (let at = 0; at < kept; at += readAtOnce) {
        const chunk = buffer.subarray(0, Math.min(readAtOnce, kept - at));
        payload.read(chunk, start + at);
        yield chunk;
      }
      continue;
    }
    const packed = Buffer.allocUnsafe(kept);
    payload.read(packed, start);
    // as one piece, which is not put together of many
    const chunkSize = Math.max(inflated, 1024);
    yield zlib().zstdDecompressSync(packed, { chunkSize, maxOutputLength: chunkSize });
  }
}

/** Keeps what is written while it is written, beside its place until it is whole. */
export class ReportKeeper {
  readonly #draft: SealedDraft;
  /** by the output's place; of one whose writing is not done, undefined */
  readonly #pieces: (readonly Piece[] | undefined)[];

  /** @param outputs how many there are */
  constructor(store: FileStore, key: string, outputs: number) {
    this.#draft = new SealedDraft(store.begin(), reportsMagic, key);
    this.#pieces = Array.from({ length: outputs }, () => undefined);
  }

  /** The same pieces of the output at `place`; they are kept as they pass. */
  *passing(place: number, pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
    const own: Piece[] = [];
    this.#pieces[place] = undefined;
    for (const piece of pieces) {
      const plain = typeof piece === 'string' ? Buffer.from(piece) : piece;
      yield plain;
      this.#add(own, plain);
    }
    this.#pieces[place] = own;
  }

  #add(own: Piece[], plain: Uint8Array): void {
    const at = this.#draft.bytes;
    if (plain.length === 0 || at > maxKeptBytes) return;
    if (at + plain.length > maxPlainBytes) {
      const { constants, zstdCompressSync } = zlib();
      const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
      this.#draft.write(packed);
      own.push([at, packed.length, plain.length]);
      return;
    }
    this.#draft.write(plain);
    const [start, kept, inflated] = own.at(-1) ?? [at, 0, null];
    const goesOn = own.length > 0 && inflated === null && start + kept === at;
    if (goesOn) own[own.length - 1] = [start, kept + plain.length, null];
    else own.push([at, plain.length, null]);
  }

  /** Nothing is kept of a run whose writing failed, nor of one that wrote too much. */
  keep(made: Omit<Header, 'pieces'>): void {
    const pieces = this.#pieces.flatMap((own) => (own === undefined ? [] : [own]));
    if (pieces.length === this.#pieces.length && this.#draft.bytes <= maxKeptBytes) {
      const header: Header = { ...made, pieces };
      const text = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(text.length);
      this.#draft.write(text);
      this.#draft.write(length);
      this.#draft.keep();
    }
    this.drop();
  }

  /** For whoever keeps nothing. */
  drop(): void {
    this.#draft.drop();
  }
}

/** The facts that a command with these inputs gathers; undefined: not known. */
export function recallFacts(store: LayerStore, inputs: string): readonly FactName[] | undefined {
  const bytes = store.get(inputs);
  const text = bytes && readSealedText(inputsMagic, inputs, bytes);
  if (text === undefined) return undefined;
  const names: unknown = JSON.parse(text);
  return factNames.filter((name) => Array.isArray(names) && names.includes(name));
}

export function keepFacts(store: LayerStore, inputs: string, facts: readonly FactName[]): void {
  store.put(inputs, [sealedText(inputsMagic, inputs, JSON.stringify(facts))]);
}
