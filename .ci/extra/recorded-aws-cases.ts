/** Plays the histories recorded at AWS against the real program, on both stores, and holds it to the share that must agree. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PostgresServer } from '../../test/postgres/server.ts'
import { freePort, skip, startHoldfast } from '../holdfast.ts'
import { renameCases } from '../replay/cases.ts'
import { standIn } from '../replay/stand-in.ts'

type Share = readonly [agreeing: number, all: number]
type Report = { readonly total: { readonly a?: Share; readonly b?: Share; readonly c?: Share } }

const corpus = join(import.meta.dirname, '../../../shared/asl-cases')
const runner = join(corpus, 'run-corpus.mjs')
const names = { a: 'outcome', b: 'event types', c: 'full answers and histories' } as const

const needs =
  'none,lambda,activity,callback,nested-states,sqs,sns,dynamodb,events,apigateway,credentials,cross-account,' +
  'aws-sdk:dynamodb,aws-sdk:s3,aws-sdk:secretsmanager'

/** What is played together, and the shares that must agree. */
const runs = [
  { kinds: 'execution,create_error,validate', needs, least: { a: 0.98, b: 0.97, c: 0.94 } },
  // Distributed Maps; most were recorded before AWS moved a predecessor in their histories (docs/guide/conformance.md).
  { kinds: 'execution', needs: 'distributed-map,s3', least: { a: 0.9, b: 0.9, c: 0.3 } },
  { kinds: 'test_state,sync_execution,express_async', needs: 'all', least: { a: 0.98, b: 1, c: 0.98 } },
  // Conversations with the API hold no histories.
  { kinds: 'api', needs: 'none,logs', least: { a: 0.98, b: 0, c: 0.79 } },
] as const
type Run = (typeof runs)[number]

if (!existsSync(runner)) skip('the recorded cases are not beside this checkout (../shared/asl-cases)')

const work = mkdtempSync(join(tmpdir(), 'holdfast-corpus-'))
const mockPort = await freePort()
const mock = `http://127.0.0.1:${mockPort}`
const servicesPort = await freePort()
const cases = join(work, 'cases')
mkdirSync(cases)
const environment = {
  AWS_ENDPOINT_URL: `http://127.0.0.1:${servicesPort}`,
  AWS_ENDPOINT_URL_LAMBDA: mock,
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_REGION: 'us-east-1',
}
const server = await PostgresServer.start({ fsync: false })
try {
  await playOn('SQLite', {})
  await playOn('PostgreSQL', { DATABASE_URL: await server.createDatabase('corpus') })
} finally {
  await server.remove()
  rmSync(work, { recursive: true, force: true })
}

async function playOn(store: string, database: Readonly<Record<string, string>>): Promise<void> {
  console.log(`\n${store}`)
  const holdfast = await startHoldfast({ ...environment, ...database }, { aws: { assumableRoles: ['*'] } })
  try {
    for (const run of runs) {
      // One for each run: it answers each recorded call once.
      await using _services = await standIn(renameCases(join(corpus, 'cases'), cases), mock, servicesPort)
      if (!judge(run, await runCorpus(run, holdfast.url))) process.exitCode = 1
    }
  } finally {
    await holdfast.stop()
  }
}

async function runCorpus({ kinds, needs }: Run, url: string): Promise<Report> {
  const report = join(work, 'report.json')
  const where = ['--endpoint', url, '--cases', cases, '--lambda-port', String(mockPort)]
  const what = ['--needs', needs, '--kinds', kinds, '--report', report, '--fails']
  const child = spawn(process.execPath, [runner, ...where, ...what], { stdio: 'inherit' })
  await once(child, 'exit')
  return JSON.parse(readFileSync(report, 'utf8'))
}

function judge({ kinds, least }: Run, { total }: Report): boolean {
  const shares = (['a', 'b', 'c'] as const).map((level) => {
    const [agreeing, all] = total[level] ?? [0, 0]
    const enough = least[level] === 0 || (all > 0 && agreeing / all >= least[level])
    const wanted = `at least ${(least[level] * 100).toFixed(0)} %`
    console.log(`${enough ? '✓' : '✗'} ${kinds}, ${names[level]}: ${agreeing}/${all}, ${wanted}`)
    return enough
  })
  return shares.every((enough) => enough)
}
