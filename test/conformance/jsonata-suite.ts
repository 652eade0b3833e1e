/**
 * jsonata's own test suite through Holdfast's dialect: `node test/conformance/jsonata-suite.ts --suite DIR [--json]`.
 * DIR is a checkout of the suite: the folder that holds `groups` and `datasets`, or any folder around it.
 *
 * Every case runs twice over: once through the checker, which says whether AWS would accept the expression at all, and
 * once through the evaluator, with the case's data where AWS has nothing. Exit 1 when a case comes out otherwise than the
 * suite says, unless AWS's dialect differs there on purpose.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SlowExpression, type Outcome } from '../../src/asl/index.ts'
import { equalJson, jsonFromPlain, type JsonText, parseJson } from '../../src/base/index.ts'
import { createExpressions, type DialectBindings, type ExpressionChance, hashText } from '../../src/jsonata/index.ts'

type Case = {
  readonly name: string
  readonly source: string
  readonly bindings: DialectBindings
  readonly expected: Expected
}

type Expected =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly code: string }

/** One case of a file in `groups`, the members that are read. */
type CaseFile = Readonly<{
  description?: string
  expr?: string
  'expr-file'?: string
  data?: unknown
  dataset?: string | null
  bindings?: Readonly<Record<string, unknown>>
  result?: unknown
  undefinedResult?: unknown
  code?: string
  error?: { readonly code: string }
}>

type Verdict = 'passed' | 'differs' | 'failed'
type Report = {
  readonly name: string
  readonly source: string
  verdict: Verdict
  refused: string | undefined
  reason: string
}

/** Where AWS's dialect answers otherwise than jsonata 2.0.6, and why. The first that matches explains a difference. */
const differences: readonly { readonly reason: string; matches(testCase: Case, outcome: Outcome): boolean }[] = [
  {
    reason: 'AWS has no $eval',
    matches: (testCase, outcome) => /\$eval\b/.test(testCase.source) && failedWith(outcome, '. T1006:'),
  },
  {
    reason: "deeper than AWS's 100 levels",
    matches: (_, outcome) => failedWith(outcome, ': Stack overflow error:'),
  },
  {
    reason: "longer than AWS's second",
    matches: ({ expected }, outcome) =>
      expected.kind === 'error' && expected.code === 'U1001' && failedWith(outcome, ': Expression evaluation timeout'),
  },
  {
    reason: "larger than AWS's memory",
    matches: (_, outcome) => failedWith(outcome, ': Expression evaluation memory limit exceeded'),
  },
]

const chance: ExpressionChance = {
  now: Date.now(),
  random: () => Math.random(),
  uuid: () => '00000000-0000-4000-8000-000000000000',
  hash: hashText,
}

const { values } = parseArgs({ options: { suite: { type: 'string' }, json: { type: 'boolean', default: false } } })
if (values.suite === undefined) {
  process.stderr.write('usage: node test/conformance/jsonata-suite.ts --suite DIR [--json]\n')
  process.exit(2)
}
const expressions = createExpressions()
const reports: Report[] = []
for (const testCase of readCases(findSuite(values.suite))) reports.push(await run(testCase))
await expressions.close()
print(reports, values.json)
process.exitCode = reports.some((report) => report.verdict === 'failed') ? 1 : 0

async function run(testCase: Case): Promise<Report> {
  const { name, source } = testCase
  const [fault] = expressions.check(source, { result: true, errorOutput: true })
  const outcome = await evaluate(testCase)
  const reason = disagreement(testCase.expected, outcome)
  const difference = differences.find((candidate) => candidate.matches(testCase, outcome))
  const refused = fault === undefined || testCase.expected.kind === 'error' ? undefined : fault.message
  if (reason === undefined) return { name, source, verdict: 'passed', refused, reason: '' }
  if (difference !== undefined) return { name, source, verdict: 'differs', refused, reason: difference.reason }
  return { name, source, verdict: 'failed', refused, reason }
}

async function evaluate({ source, bindings }: Case): Promise<Outcome> {
  try {
    return expressions.evaluate(source, bindings, chance)
  } catch (error) {
    if (error instanceof SlowExpression) return expressions.evaluateSlowly(source, bindings, chance)
    throw error
  }
}

/** Undefined when the outcome is the expected one. */
function disagreement(expected: Expected, outcome: Outcome): string | undefined {
  const actual = describe(outcome)
  switch (expected.kind) {
    case 'nothing':
      return outcome.kind === 'nothing' ? undefined : `expected nothing, got ${actual}`
    case 'error':
      return failedWith(outcome, `. ${expected.code}:`) ? undefined : `expected ${expected.code}, got ${actual}`
    case 'value': {
      const equal = outcome.kind === 'value' && equalJson(parseJson(outcome.text), jsonFromPlain(expected.value))
      return equal ? undefined : `expected ${JSON.stringify(expected.value)}, got ${actual}`
    }
  }
}

function describe(outcome: Outcome): string {
  if (outcome.kind === 'value') return outcome.text
  return outcome.kind === 'failed' ? `the failure "${outcome.detail}"` : outcome.kind
}

function failedWith(outcome: Outcome, beginning: string): boolean {
  return outcome.kind === 'failed' && outcome.detail.startsWith(beginning)
}

function findSuite(directory: string): string {
  for (const inside of ['', 'test-suite', 'test/test-suite']) {
    if (existsSync(join(directory, inside, 'groups'))) return join(directory, inside)
  }
  process.stderr.write(`no folder "groups" in ${directory}: give --suite a checkout of jsonata's test/test-suite\n`)
  process.exit(2)
}

function* readCases(suite: string): Generator<Case> {
  const dataset = (name: string): JsonText => readFileSync(join(suite, 'datasets', `${name}.json`), 'utf8')
  const groups = join(suite, 'groups')
  for (const entry of readdirSync(groups, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const folder = join(groups, entry.name)
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const content: CaseFile | readonly CaseFile[] = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      for (const [i, item] of [content].flat().entries()) {
        const source = item['expr-file'] ? readFileSync(join(folder, item['expr-file']), 'utf8') : (item.expr ?? '')
        const name = `${entry.name}/${file.replace('.json', '')}${Array.isArray(content) ? `[${i}]` : ''}`
        yield { name, source, bindings: bindingsOf(item, dataset), expected: expectedOf(item) }
      }
    }
  }
}

function bindingsOf(item: CaseFile, dataset: (name: string) => JsonText): DialectBindings {
  const variables = new Map(Object.entries(item.bindings ?? {}).map(([name, value]) => [name, JSON.stringify(value)]))
  const empty = { input: '{}', context: '{}', variables }
  if ('data' in item) return { ...empty, root: JSON.stringify(item.data) }
  return typeof item.dataset === 'string' ? { ...empty, root: dataset(item.dataset) } : empty
}

function expectedOf(item: CaseFile): Expected {
  if ('undefinedResult' in item) return { kind: 'nothing' }
  if ('result' in item) return { kind: 'value', value: item.result }
  return { kind: 'error', code: item.error?.code ?? item.code ?? 'a code, but the case names none' }
}

function print(all: readonly Report[], asJson: boolean): void {
  const count = (verdict: Verdict, refused: boolean): number =>
    all.filter((report) => report.verdict === verdict && (report.refused !== undefined) === refused).length
  const accepted = { passed: count('passed', false), differs: count('differs', false), failed: count('failed', false) }
  const refused = { passed: count('passed', true), differs: count('differs', true), failed: count('failed', true) }
  const listed = all.filter((report) => report.verdict !== 'passed')
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ cases: all.length, accepted, refused, listed }, undefined, 2)}\n`)
    return
  }
  for (const { name, source, verdict, reason } of listed) {
    process.stdout.write(`${verdict}  ${name}  ${reason}\n         ${source.slice(0, 160).replaceAll('\n', ' ')}\n`)
  }
  const line = (title: string, counts: typeof accepted): string =>
    `${title}: ${counts.passed} passed, ${counts.differs} differ on purpose, ${counts.failed} failed\n`
  process.stdout.write(`${all.length} cases\n`)
  process.stdout.write(line('accepted by AWS', accepted))
  process.stdout.write(line('refused by AWS at create, run with a context all the same', refused))
}
