import { expect, it, vi } from 'vitest';
import { NodeStore } from './node-store.ts';

it('gives its memory back where it is much, so that a small one costs no code that is compiled anew', () => {
  const detached = vi.spyOn(ArrayBuffer.prototype, 'transfer');
  new NodeStore([], 1000).letGo();
  expect(detached).not.toHaveBeenCalled();
  new NodeStore([], 200_000).letGo();
  expect(detached).toHaveBeenCalledTimes(2);
});
