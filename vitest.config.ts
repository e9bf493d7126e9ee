import { defineConfig } from 'vitest/config';

const shared = {
  resolve: { conditions: ['@plimsoll/source'] },
  ssr: { resolve: { conditions: ['@plimsoll/source'] } },
};

export default defineConfig({
  test: {
    reporters: ['default', './e2e/reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          // Files share their worker's modules, which are loaded once: two fifths of the processor time less.
          isolate: false,
          // Property tests take a second or two; a machine that does much else at the time takes ten times as long.
          testTimeout: 30_000,
          include: ['{libs,apps,tools}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.integration.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['{libs,apps,e2e}/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['./e2e/servers/global-setup.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
