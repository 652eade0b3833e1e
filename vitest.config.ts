import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** `HOLDFAST_TEST_STORE=postgres`: every test that opens a store in its own process gets one on PostgreSQL. */
const onPostgres = process.env['HOLDFAST_TEST_STORE'] === 'postgres'

const sqlite = join(import.meta.dirname, 'src/store/sqlite/open.ts')
const standIn = join(import.meta.dirname, 'src/store/postgres/test-database.fake.ts')
const instead: Plugin = {
  name: 'postgres-instead-of-sqlite',
  enforce: 'pre',
  resolveId(source, importer) {
    const meant = importer !== undefined && source.endsWith('/sqlite/open.ts') && importer !== standIn
    return meant && join(importer, '..', source) === sqlite ? standIn : undefined
  },
}

const everything = '{src,test,examples,bench,scripts}/**/*.test.ts'

/** Run on both stores in every run of all tests: where SQL, transactions and several closures at once matter most. */
const onBoth = [
  'src/access/**/*.test.ts',
  'src/audit/{follow,prune,trail}.test.ts',
  'src/engine/run/{recovery,timers,writer}.test.ts',
  'src/engine/task/{activity,nested}.test.ts',
  'src/host/registry/*.test.ts',
]

/** What takes longest: begun last, one worker would be left with it while the other is idle. */
const longest = [
  'test/deploying/failures.test.ts',
  'test/browser/deploys.test.ts',
  'test/house/program.test.ts',
  'test/browser/console.test.ts',
  'src/deploy/deployers/process/plan.test.ts',
  'test/language/replay.test.ts',
  'src/deploy/plan/plan.test.ts',
  'test/deploying/killed.test.ts',
  'src/host/kill.test.ts',
  'test/crash/boundaries.test.ts',
  'test/postgres/up.postgres.test.ts',
  'test/whole/crash.test.ts',
].map((file) => join(import.meta.dirname, file))

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      longest.includes(moduleId) ? longest.indexOf(moduleId) : longest.length
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // Each test makes its own world, so a fresh module graph per file would buy nothing but seconds.
    pool: 'threads',
    isolate: false,
    // Many tests wait for processes of their own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/postgres/setup.ts'],
    setupFiles: ['test/examples.ts'],
    // For what hangs. No test is about speed, and the machine may have other work.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      { extends: true, plugins: onPostgres ? [instead] : [], test: { name: 'tests', include: [everything] } },
      {
        extends: true,
        plugins: [instead],
        test: { name: 'on PostgreSQL', include: onPostgres ? [] : onBoth },
      },
    ],
  },
})
