import { describe, expect, it } from 'vitest';
import { layerPlaces, shortInstruction } from './layer-words.ts';
import { digest, sampleResult } from './testing/sample-result.ts';

describe('layers in words', () => {
  it.each([
    [`ADD file:${'ab12cd34'.repeat(8)} in / `, 'ADD file:ab12cd34 in /'],
    ['RUN apt-get update \t&& apt-get install -y curl', 'RUN apt-get update && apt-get install -y curl'],
    ['COPY dir /srv', 'COPY dir /srv'],
    ['', ''],
  ])('%j is %j', (instruction, short) => {
    expect(shortInstruction(instruction)).toBe(short);
  });

  it('is done in a moment with a huge instruction', () => {
    for (const text of [' '.repeat(5e6), `RUN |1 ${'A=b '.repeat(1e6)}`, `ADD file:${'a'.repeat(5e6)}`]) {
      expect(shortInstruction(text).length).toBeLessThanOrEqual(8000);
    }
  });

  it('finds a layer by its diff ID, the lowest of equal ones', () => {
    const { image } = sampleResult();
    const twice = { ...image, layers: [...image.layers, image.layers[1]!] };
    expect(layerPlaces(image)(digest('b2'))).toMatchObject({ number: 2, place: 'layer 2 of 3' });
    expect(layerPlaces(twice)(digest('b2'))).toMatchObject({ number: 2, place: 'layer 2 of 4' });
    expect(layerPlaces(image)(digest('00'))).toBeNull();
    expect(layerPlaces(image)(null)).toBeNull();
  });

  it('says which are the base image’s, and when that is a guess', () => {
    const { image } = sampleResult();
    const guessed = { ...image, base: { ...image.base!, from: 'history' as const } };
    expect(layerPlaces(image)(digest('a1'))?.place).toBe('layer 1 of 3 (base)');
    expect(layerPlaces(guessed)(digest('a1'))?.place).toBe('layer 1 of 3 (base?)');
  });
});
