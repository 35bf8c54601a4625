import { defineConfig } from 'vitest/config';

// Threads without isolation: the tests share no global state, and an isolated worker per file costs 0.3 s each.
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
