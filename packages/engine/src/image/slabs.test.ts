import { expect, it } from 'vitest';
import { Slabs } from './slabs.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

it('gives stretches that begin at words and share no byte', () => {
  const slabs = new Slabs();
  const sizes = Array.from({ length: 900 }, (_, at) => (at * 37) % (20 * KiB));
  const taken = [...sizes, 5 * MiB, 3].map((size) => slabs.take(size));
  for (const [at, stretch] of taken.entries()) {
    stretch.fill(at % 251);
  }
  for (const [at, stretch] of taken.entries()) {
    expect(stretch.length).toBe([...sizes, 5 * MiB, 3][at]);
    expect(stretch.byteOffset % 4).toBe(0);
    expect(stretch.every((byte) => byte === at % 251)).toBe(true);
  }
});

it('gives back what is much of it, and begins anew', () => {
  const slabs = new Slabs();
  const [small, ...others] = Array.from({ length: 10 }, () => slabs.take(400 * KiB));
  slabs.letGo();
  expect(small!.length).toBe(400 * KiB);
  expect(others.at(-1)!.length).toBe(0);
  expect(slabs.take(8).length).toBe(8);
});
