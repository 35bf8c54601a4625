/** What tests of this room read images with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { readImage } from '../read-image.ts';
import type { LayerAnalyser, LayerEntry, LayerKey, LayerListing, ReadImage, ReadOptions } from '../types.ts';

/** Everything that a visitor was told. */
export interface Seen {
  readonly listing: LayerListing & { readonly entries: readonly LayerEntry[] };
  /** bodies as text, in the order of the calls */
  readonly files: readonly (readonly [path: string, text: string])[];
}

export interface RecordingAnalyser extends LayerAnalyser<Seen> {
  readonly kept: Map<string, Seen>;
  readonly keys: LayerKey[];
  begun: number;
}

/** Wants what `wants` says (default: every file), records everything, and recalls what was kept. */
export function recordingAnalyser(wants: (path: string, size: number) => boolean = () => true): RecordingAnalyser {
  const kept = new Map<string, Seen>();
  const keys: LayerKey[] = [];
  return {
    kept,
    keys,
    begun: 0,
    recall: (key) => kept.get(key.id),
    keep(key, analysis) {
      keys.push(key);
      kept.set(key.id, analysis);
    },
    begin() {
      this.begun += 1;
      const files: [string, string][] = [];
      return {
        wants,
        file: (entry, body) => void files.push([entry.path, body.toString('latin1')]),
        finish: (listing) => ({ listing: { ...listing, entries: [...listing.entries] }, files }),
      };
    },
  };
}

/** Reads an image, wanting every file, and closes it. */
export async function readSeen(reference: string, options: Partial<ReadOptions<Seen>> = {}): Promise<ReadImage<Seen>> {
  const image = await readImage(reference, { analyser: recordingAnalyser(), platform: undefined, ...options });
  await image.close();
  return image;
}

/** A directory that is removed when the tests of the file are over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-image-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

let files = 0;

/** Writes a file of its own into `directory`. */
export function temporaryFile(directory: string, content: Uint8Array | string, name = 'image'): string {
  files += 1;
  const path = join(directory, `${name}-${files}`);
  writeFileSync(path, content);
  return path;
}
