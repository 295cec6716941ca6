import { defineConfig } from 'vitest/config';

const shared = {
  ssr: { resolve: { conditions: ['truce-source', 'node', 'import', 'default'] } },
};

/** Whole processes, browsers and long properties: `npm run test:e2e`. */
const slow = [
  'test/e2e/**/*.test.ts',
  'test/examples/**/*.test.ts',
  'test/cli/figures.test.ts',
  'test/cli/process.test.ts',
  'test/cli/bad-input.test.ts',
  'test/alignment/invariants.test.ts',
];

/** Strangers' clients, installed outside the package: `npm run test:clients`. */
const clients = 'test/clients/**/*.test.ts';

/** Processes that are killed: `npm run test:chaos`. */
const chaos = 'test/chaos/**/*.test.ts';

export default defineConfig({
  test: {
    // By default one core stays idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, clients, chaos],
          testTimeout: 30_000,
          setupFiles: ['test/setup.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: slow,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      { ...shared, test: { name: 'chaos', include: [chaos], fileParallelism: false } },
      { ...shared, test: { name: 'clients', include: [clients], testTimeout: 120_000, hookTimeout: 300_000, fileParallelism: false } },
    ],
  },
});
