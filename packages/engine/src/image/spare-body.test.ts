import { expect, it, vi } from 'vitest';
import { dropSpare, freeSpare, spareOf } from './spare-body.ts';
import { squash } from './squash.ts';
import { dockerArchive, fixtureImage } from './testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const MiB = 1024 * 1024;

it('gives the same memory to one body after another, and is exactly as long as each', () => {
  const first = spareOf(3 * MiB);
  const second = spareOf(1000);
  expect([first.length, second.length]).toEqual([3 * MiB, 1000]);
  expect(second.buffer).toBe(first.buffer);
  freeSpare();
  expect(second.length).toBe(1000);
});

it('gives the memory of a large one back when it is done with, or the next one comes', () => {
  const large = spareOf(5 * MiB);
  expect(large.length).toBe(5 * MiB);
  freeSpare();
  expect(large.length).toBe(0);
  const other = spareOf(6 * MiB);
  spareOf(1);
  expect(other.length).toBe(0);
});

it('keeps none when it is dropped', () => {
  const before = spareOf(3 * MiB);
  dropSpare();
  expect(spareOf(1000).buffer).not.toBe(before.buffer);
  expect(before.length).toBe(3 * MiB);
});

const directory = temporaryDirectory();

// all code for typed arrays would be compiled anew, and check every access
it('no buffer is detached while plain layers are read and put together', async () => {
  const files = Array.from({ length: 1200 }, (_, at) => ({ path: `folder-${at % 120}/file-${at}`, content: `${at}` }));
  const large = { path: 'large', content: Buffer.alloc(2 * MiB) };
  const archive = temporaryFile(directory, dockerArchive([fixtureImage({ layers: [files, [...files, large]] })]));
  const detached = vi.spyOn(ArrayBuffer.prototype, 'transfer');
  const image = await readSeen(archive, { analyser: recordingAnalyser((path) => path === 'large') });
  const view = squash(image.layers.map(({ analysis }) => analysis.listing));
  expect([...view.files()]).toHaveLength(1201);
  expect(detached).not.toHaveBeenCalled();
});
