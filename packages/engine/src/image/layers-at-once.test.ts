import { expect, it, vi } from 'vitest';
import { maxLayersAtOnce } from './limits.ts';
import { readImage } from './read-image.ts';
import { fixtureImage, ociArchive } from './testing/image-builder.ts';
import { temporaryDirectory, temporaryFile } from './testing/reading.ts';
import type { LayerAnalyser } from './types.ts';

// a large machine
vi.mock('node:os', async (original) => ({ ...(await original<object>()), availableParallelism: () => 64 }));

const directory = temporaryDirectory();

it.each([3, 24])('as many layers are open at once on a large machine as on a small one, of %i', async (count) => {
  const layers = Array.from({ length: count }, (_, at) => [
    { path: `file-${at}`, content: Buffer.alloc(300_000 + at, `${at},`) },
  ]);
  let [open, most] = [0, 0];
  const analyser: LayerAnalyser<null> = {
    recall: () => undefined,
    begin() {
      open += 1;
      most = Math.max(most, open);
      return {
        wants: () => true,
        file: () => {},
        finish() {
          open -= 1;
          return null;
        },
      };
    },
    keep() {},
  };
  const archive = temporaryFile(directory, ociArchive([fixtureImage({ layers })]));
  const image = await readImage(archive, { analyser, platform: undefined });
  await image.close();
  expect(most).toBe(maxLayersAtOnce);
  expect(open).toBe(0);
});
