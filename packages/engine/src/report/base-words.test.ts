import { describe, expect, it } from 'vitest';
import type { ImageBase } from '../image/types.ts';
import type { ScanResult } from '../result/types.ts';
import { baseAdvice, baseWords } from './base-words.ts';
import { passResult, sampleResult } from './testing/sample-result.ts';

function withBase(base: Partial<ImageBase>): ScanResult {
  const sample = sampleResult();
  return { ...sample, image: { ...sample.image, base: { ...sample.image.base!, ...base } } };
}

describe('what an image was built on', () => {
  it.each<[string, Partial<ImageBase>, string]>([
    ['given', {}, 'built on debian:11 (layer 1 of 3): 2 of 6 vulnerabilities in it'],
    [
      'annotated',
      { from: 'annotation', layers: 2 },
      'built on debian:11 (layers 1 to 2 of 3, as the image says): 2 of 6 vulnerabilities in it',
    ],
    [
      'guessed',
      { from: 'history', reference: null },
      'probably built on another image (layer 1 of 3, guessed from the history): 2 of 6 vulnerabilities in it',
    ],
    [
      'named alone',
      { from: 'annotation', layers: null },
      'built on debian:11, as the image says; which layers are its own is not known',
    ],
    ['the whole image', { layers: 3 }, 'built on debian:11 (all 3 layers): 2 of 6 vulnerabilities in it'],
  ])('is said: %s', (_, base, words) => {
    expect(baseWords(withBase(base))).toBe(words);
  });

  it('and what a newer one would take away', () => {
    expect(baseAdvice(withBase({}))).toBe(
      '2 of 7 findings that stop the image are in its base image debian:11: build it on a newer one',
    );
    expect(baseAdvice(withBase({ from: 'history', reference: null }))).toBe(
      '2 of 7 findings that stop the image seem to be in its base image: build it on a newer one',
    );
    expect(baseAdvice(withBase({ layers: null }))).toBeNull();
  });

  it('is not said where nothing is known of it', () => {
    expect(baseWords(passResult())).toBeNull();
    expect(baseAdvice(passResult())).toBeNull();
  });
});
