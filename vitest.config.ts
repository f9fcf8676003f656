import { defineConfig } from 'vitest/config';

/** The many processes that tests start need not compile the same files again and again. */
const env = { NODE_COMPILE_CACHE: new URL('node_modules/.cache/compile', import.meta.url).pathname };

const shared = { testTimeout: 30_000, pool: 'forks', env } as const;

/**
 * `npm test` runs the project `main`, which needs nothing but this machine and no build; `package` tries what `npm pack`
 * makes, and `cluster` brings up a Slurm and needs root. test/editor has a runner of its own.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/editor/**', 'test/package/**', 'test/cluster/**', 'node_modules/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'package',
          hookTimeout: 120_000,
          include: ['test/package/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'cluster',
          hookTimeout: 180_000,
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: 'test/cluster/one-at-a-time.ts',
          testTimeout: 240_000,
          maxConcurrency: 20,
          maxWorkers: 2,
        },
      },
    ],
  },
});
