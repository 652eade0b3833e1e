import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Each test makes its own world, so a fresh module graph per file would buy nothing but seconds.
    pool: 'threads',
    isolate: false,
    // Many tests wait for processes of their own.
    maxWorkers: 2,
    include: ['{src,test,examples,bench,scripts}/**/*.test.ts'],
    // For what hangs. No test is about speed, and the machine may have other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
