/** Plays the histories recorded at AWS against the real program, on both stores, and holds it to the share that must agree. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PostgresServer } from '../../test/postgres/server.ts'
import { freePort, skip, startHoldfast } from '../holdfast.ts'
import { renameCases } from '../replay/cases.ts'
import { standIn } from '../replay/stand-in.ts'

type Case = { readonly id: string; readonly needs: readonly string[] }
type Share = readonly [agreeing: number, all: number]
type Report = { readonly total: { readonly a?: Share; readonly b?: Share; readonly c?: Share } }

const corpus = join(import.meta.dirname, '../../../shared/asl-cases')
const runner = join(corpus, 'run-corpus.mjs')
const levels = ['a', 'b', 'c'] as const
const names = { a: 'outcome', b: 'event types', c: 'full answers and histories' } as const

const needs =
  'none,lambda,activity,callback,nested-states,sqs,sns,dynamodb,events,apigateway,credentials,cross-account,' +
  'aws-sdk:dynamodb,aws-sdk:s3,aws-sdk:secretsmanager'

type Level = keyof typeof names
type Shares = Readonly<Record<Level, Share>>

type Run = {
  readonly kinds: string
  readonly needs: string
  /** Only cases that need this. */
  readonly of?: string
  /** So many are played; of these so many may differ, each of them explained in docs/guide/conformance.md. */
  readonly cases: number
  readonly differ: Readonly<Record<Level, number>>
}

/** What is played together. */
const runs: readonly Run[] = [
  { kinds: 'execution,create_error,validate', needs, cases: 575, differ: { a: 0, b: 0, c: 6 } },
  {
    kinds: 'execution',
    needs: 'distributed-map,s3',
    of: 'distributed-map',
    cases: 25,
    differ: { a: 1, b: 0, c: 16 },
  },
  { kinds: 'test_state,sync_execution,express_async', needs: 'all', cases: 100, differ: { a: 1, b: 0, c: 1 } },
  { kinds: 'api', needs: 'none,logs', cases: 86, differ: { a: 1, b: 0, c: 18 } },
]

/** What is promised of all of them together. */
const promised: Readonly<Record<Level, number>> = { a: 0.97, b: 0.95, c: 0.92 }

if (!existsSync(runner)) skip('the recorded cases are not beside this checkout (../shared/asl-cases)')

const work = mkdtempSync(join(tmpdir(), 'holdfast-corpus-'))
const mockPort = await freePort()
const mock = `http://127.0.0.1:${mockPort}`
const servicesPort = await freePort()
const cases = join(work, 'cases')
mkdirSync(cases)
const environment = {
  AWS_ENDPOINT_URL: `http://127.0.0.1:${servicesPort}`,
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
    const reports: Report[] = []
    for (const run of runs) {
      // One for each run: it answers each recorded call once.
      await using _services = await standIn(renameCases(join(corpus, 'cases'), cases), mock, servicesPort)
      const report = await runCorpus(run, holdfast.url)
      reports.push(report)
      if (!judge(run, report)) process.exitCode = 1
    }
    if (!judgeAll(store, reports)) process.exitCode = 1
  } finally {
    await holdfast.stop()
  }
}

async function runCorpus({ kinds, needs, of }: Run, url: string): Promise<Report> {
  const report = join(work, 'report.json')
  const where = ['--endpoint', url, '--cases', cases, '--lambda-port', String(mockPort)]
  const what = ['--needs', needs, '--kinds', kinds, '--report', report, '--fails']
  const only = of === undefined ? [] : ['--only', idsNeeding(of)]
  const child = spawn(process.execPath, [runner, ...where, ...what, ...only], { stdio: 'inherit' })
  await once(child, 'exit')
  return JSON.parse(readFileSync(report, 'utf8'))
}

/** A pattern of the ids of the cases that need something. */
function idsNeeding(need: string): string {
  const all = readdirSync(cases).flatMap(
    (file) => JSON.parse(readFileSync(join(cases, file), 'utf8')) as readonly Case[],
  )
  const ids = all.filter(({ needs }) => needs.includes(need)).map(({ id }) => RegExp.escape(id))
  return `^(${ids.join('|')})$`
}

function judge({ kinds, of, cases, differ }: Run, report: Report): boolean {
  const shares = sharesOf([report])
  const [, played] = shares.a
  if (played < cases) console.log(`✗ ${of ?? kinds}: only ${played} of ${cases} cases were played`)
  const holds = levels.map((level) => {
    const [agreeing, all] = shares[level]
    const enough = all - agreeing <= differ[level]
    console.log(
      `${enough ? '✓' : '✗'} ${of ?? kinds}, ${names[level]}: ${agreeing}/${all}, ${differ[level]} may differ`,
    )
    return enough
  })
  return played >= cases && holds.every((enough) => enough)
}

function judgeAll(store: string, reports: readonly Report[]): boolean {
  const shares = sharesOf(reports)
  const holds = levels.map((level) => {
    const [agreeing, all] = shares[level]
    const enough = all > 0 && agreeing / all >= promised[level]
    const percent = `${((100 * agreeing) / all).toFixed(1)} %, promised ${(100 * promised[level]).toFixed(0)} %`
    console.log(`${enough ? '✓' : '✗'} ${store}, all together, ${names[level]}: ${agreeing}/${all}, ${percent}`)
    return enough
  })
  return holds.every((enough) => enough)
}

function sharesOf(reports: readonly Report[]): Shares {
  const sum = (level: Level): Share => [
    reports.reduce((so, { total }) => so + (total[level]?.[0] ?? 0), 0),
    reports.reduce((so, { total }) => so + (total[level]?.[1] ?? 0), 0),
  ]
  return { a: sum('a'), b: sum('b'), c: sum('c') }
}
