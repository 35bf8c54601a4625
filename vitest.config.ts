import { defineConfig } from 'vitest/config';

// Threads without isolation: the tests share no global state, and an isolated worker per file costs 0.3 s each.
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    globalSetup: 'test/temporary-folder.ts',
    // for what hangs: a machine that is five times as busy is no fault of ours
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
