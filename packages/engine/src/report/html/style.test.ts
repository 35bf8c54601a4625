import { describe, expect, it } from 'vitest';
import { style } from './style.ts';

/** Custom properties of the light and of the dark palette. */
const palettes = [...style.matchAll(/:root\{([^}]*)\}/g)].map(
  (block) => new Map([...block[1]!.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map((pair) => [pair[1]!, pair[2]!])),
);

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const pairs = [
  ...['ink', 'soft', 'link'].flatMap((text) => ['bg', 'card', 'mono-bg'].map((ground) => [text, ground] as const)),
  ...['fail', 'warn', 'pass'].flatMap((text) => [[text, `${text}-bg`] as const, [text, 'card'] as const]),
  ...['s0', 's1', 's2', 's3', 's4', 's5'].map((text) => [text, `${text}-bg`] as const),
  ['soft', 'warn-bg'] as const,
  ['link', 'warn-bg'] as const,
];

describe('the style sheet', () => {
  it('has a light and a dark palette of the same names', () => {
    expect(palettes).toHaveLength(2);
    expect([...palettes[1]!.keys()]).toEqual([...palettes[0]!.keys()]);
  });

  it.each(pairs)('shows %s on %s with a contrast of 4.5 or more, light and dark', (text, ground) => {
    for (const palette of palettes) {
      expect(contrast(palette.get(text)!, palette.get(ground)!)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
