import { defineConfig } from 'vitest/config';

/** `npm test` runs everything that needs nothing but this machine; test/editor has runners of its own. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/editor/**', 'test/faults/**', 'node_modules/**'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
