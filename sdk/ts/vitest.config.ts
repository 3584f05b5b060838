import { defineConfig } from 'vitest/config';

// unit: pure code and code over simulated parts; live: against real servers, in Node; browser: in real browsers.
export default defineConfig({
  test: {
    reporters: ['default', './test/complete.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'live', include: ['test/live/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
