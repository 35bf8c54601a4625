import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { SoundShards } from '../advisories/store/sound-shards.ts';
import { catalogPath } from '../advisories/store/store-paths.ts';
import { readSealed, readSealedBytes, sealed, sealedBytes } from '../inventory/kept-bytes.ts';
import type { LayerStore } from '../inventory/layer-analyser.ts';
import { type FactName, factNames } from '../inventory/types.ts';

const reportsMagic = Buffer.from('plimsoll reports 2\n');
const inputsMagic = Buffer.from('plimsoll inputs 2\n');
/** Of one report, compressed: a larger one is not kept. */
const maxKeptBytes = 64 * 1024 * 1024;

/** What a command wrote about an image, and how it ended. */
export interface KeptReports {
  readonly exitCode: number;
  /** for standard error */
  readonly notes: readonly string[];
  /** of each output, in their order */
  readonly reports: readonly Iterable<Uint8Array>[];
}

type Length = readonly [packed: number, plain: number];

interface Header {
  readonly exitCode: number;
  readonly notes: readonly string[];
  /** name → digest of the shards that were looked into */
  readonly shards: readonly (readonly [name: string, digest: string])[];
  /** lengths of the pieces per output, compressed and not */
  readonly pieces: readonly (readonly Length[])[];
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
export function recallReports(store: LayerStore, key: string, dbDir: string | null): KeptReports | undefined {
  const bytes = store.get(key);
  const payload = bytes && readSealedBytes(reportsMagic, key, bytes);
  if (payload === undefined) return undefined;
  const end = 4 + payload.readUInt32LE(0);
  const { exitCode, notes, shards, pieces } = JSON.parse(payload.toString('utf8', 4, end)) as Header;
  if (dbDir !== null) {
    const sound = new SoundShards(dbDir);
    const whole = shards.every(([, digest]) => sound.isSound(digest));
    sound.remember();
    if (!whole) return undefined;
  }
  let at = end;
  const reports = pieces.map((lengths) => {
    const start = at;
    at += lengths.reduce((sum, [packed]) => sum + packed, 0);
    return piecesAt(payload, start, lengths);
  });
  return { exitCode, notes, reports };
}

function* piecesAt(payload: Buffer, start: number, lengths: readonly Length[]): Generator<Uint8Array> {
  let at = start;
  for (const [packed, plain] of lengths) {
    // as one piece, which is not put together of many
    const chunkSize = Math.max(plain, 1024);
    yield zstdDecompressSync(payload.subarray(at, at + packed), { chunkSize, maxOutputLength: chunkSize });
    at += packed;
  }
}

interface Piece {
  readonly packed: Buffer;
  /** bytes, before they were compressed */
  readonly plain: number;
}

/** Gathers what is written while it is written, compressed. */
export class ReportKeeper {
  /** by the output's place; of one whose writing is not done, undefined */
  readonly #pieces: (readonly Piece[] | undefined)[];

  /** @param outputs how many there are */
  constructor(outputs: number) {
    this.#pieces = Array.from({ length: outputs }, () => undefined);
  }

  /** The same pieces of the output at `place`; they are kept as they pass. */
  *passing(place: number, pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
    const own: Piece[] = [];
    let bytes = 0;
    this.#pieces[place] = undefined;
    for (const piece of pieces) {
      const plain = typeof piece === 'string' ? Buffer.from(piece) : piece;
      yield plain;
      if (bytes > maxKeptBytes) continue;
      const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
      bytes += packed.length;
      own.push({ packed, plain: plain.length });
    }
    if (bytes <= maxKeptBytes) this.#pieces[place] = own;
  }

  /** Nothing is kept of a run whose writing failed, nor of one that wrote too much. */
  keep(store: LayerStore, key: string, made: Omit<Header, 'pieces'>): void {
    const reports = this.#pieces.flatMap((own) => (own === undefined ? [] : [own]));
    if (reports.length < this.#pieces.length) return;
    const pieces = reports.map((own) => own.map(({ packed, plain }): Length => [packed.length, plain]));
    const header: Header = { ...made, pieces };
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    store.put(key, sealedBytes(reportsMagic, key, [length, text, ...reports.flat().map(({ packed }) => packed)]));
  }
}

/** The facts that a command with these inputs gathers; undefined: not known. */
export function recallFacts(store: LayerStore, inputs: string): readonly FactName[] | undefined {
  const bytes = store.get(inputs);
  const texts = bytes && readSealed(inputsMagic, inputs, bytes);
  if (texts === undefined) return undefined;
  const names: unknown = JSON.parse(texts().next().value ?? '[]');
  return factNames.filter((name) => Array.isArray(names) && names.includes(name));
}

export function keepFacts(store: LayerStore, inputs: string, facts: readonly FactName[]): void {
  store.put(inputs, sealed(inputsMagic, inputs, [JSON.stringify(facts)]));
}
