/** One way in which a deployment does not succeed, what an operator expects of it, and what came. */
import { setTimeout } from 'node:timers/promises'
import { seenIn, type Seen } from './sampler.ts'
import { idIn, leftOf, type Ran, type System } from './system.ts'

export type Expected = {
  readonly exit: number
  /** Of the diagnosis; none where nothing was begun. */
  readonly class?: string
  readonly state?: string | readonly string[]
  readonly field?: string
  readonly mender?: string
  /** What the command line says. */
  readonly says: readonly RegExp[]
  /** The part of the requests that the bad version may answer: 0 unless told. */
  readonly share?: number
  /** Whether the new version serves afterwards, instead of the one of before. */
  readonly becomes?: 'new'
}

export type Case = {
  readonly name: string
  readonly expected: Expected
  /** Why it cannot be tried here; undefined when it can. */
  readonly skip?: (system: System) => string | undefined
  /** `version` is what answers of the release that is deployed name. */
  readonly run: (system: System, version: string) => Promise<Ran>
}

/** A row of the table. */
export type Row = {
  readonly name: string
  readonly exit: number
  readonly class: string
  readonly state: string
  readonly field: string
  readonly says: string
  readonly does: string
  readonly seen: Seen
  readonly tookMs: number
  /** What is not as expected. */
  readonly faults: readonly string[]
}

let versions = 1

export async function runCase(system: System, { name, expected, run }: Case): Promise<Row> {
  const version = `bad-${++versions}`
  const [begin, begunAt] = [system.sampler.now, performance.now()]
  const { code, said } = await run(system, version)
  const seen = seenIn(system.sampler.since(begin), version)
  const id = idIn(said)
  if (expected.becomes === 'new' && id !== undefined) system.good = id
  const isBegun = id !== undefined && id !== system.good
  const diagnosis = isBegun ? (await system.describe(id)).diagnosis : undefined
  const row = {
    ...{
      name,
      exit: code,
      class: diagnosis?.class ?? '',
      state: diagnosis?.state ?? '',
      field: diagnosis?.field ?? '',
    },
    ...{ says: diagnosis?.what ?? headOf(said), does: diagnosis?.command ?? repairIn(said), seen },
    tookMs: performance.now() - begunAt,
  }
  const left = isBegun ? await finallyLeftOf(system, id) : []
  return { ...row, faults: await faultsOf(system, { row, expected, said, left, mender: diagnosis?.mender }) }
}

/** What is under way on a host when its deployment is halted finds by itself that its term is over, a moment later. */
async function finallyLeftOf(system: System, id: string): Promise<readonly string[]> {
  for (let looks = 0; ; looks++) {
    const left = await leftOf(system, id)
    if (left.length === 0 || looks === 50) return left
    await setTimeout(100)
  }
}

/** Without marks and colours. */
function headOf(said: string): string {
  if (said.startsWith('{')) return ''
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const [head = '', ...more] = lines.filter((line) => /^(✗|✓ deployed| +✗)/.test(line) || faultWords.test(line))
  return [head, ...more].map((line) => line.trim().replace(/^✗ /, '')).join('; ')
}

const faultWords = /^ +(unknown key|.*; did you mean)/

const repairIn = (said: string): string =>
  /^ +(?:repair|do) +(.*)$/m.exec(said)?.[1] ?? /did you mean .*$/m.exec(said)?.[0] ?? ''

type Came = {
  readonly row: Omit<Row, 'faults'>
  readonly expected: Expected
  readonly said: string
  readonly left: readonly string[]
  readonly mender: string | undefined
}

async function faultsOf(system: System, { row, expected, said, left, mender }: Came): Promise<readonly string[]> {
  const { seen } = row
  const states = [expected.state ?? ''].flat()
  const isWanted = (name: 'class' | 'field', wanted: string | undefined) =>
    (wanted ?? '') === row[name] ? [] : [`${name} is "${row[name]}", not "${wanted ?? ''}"`]
  const serving = await system.serving()
  return [
    ...(row.exit === expected.exit ? [] : [`it ended with ${row.exit}, not ${expected.exit}`]),
    ...isWanted('class', expected.class),
    ...isWanted('field', expected.field),
    ...(states.includes(row.state) ? [] : [`state is "${row.state}", not "${states.join(', ')}"`]),
    ...((expected.mender ?? mender) === mender ? [] : [`${mender} mends it, not ${expected.mender}`]),
    ...expected.says.filter((words) => !words.test(said)).map((words) => `it does not say ${words}`),
    ...commandsIn(row.does)
      .filter((word) => !system.commands.has(word))
      .map((word) => `there is no command ${word}`),
    ...(row.exit !== 0 && row.does === '' ? ['it does not say what to do'] : []),
    ...(serving === system.good ? [] : [`${serving} serves`]),
    ...(isWithin(seen, expected.share ?? 0) ? [] : [`the bad version answered ${seen.byNew} of ${seen.requests}`]),
    ...(seen.failed.length === 0 ? [] : [`${seen.failed.length} requests failed: ${JSON.stringify(seen.failed[0])}`]),
    ...left.map((thing) => `left: ${thing}`),
    ...(faulty(said) ? ['it does not speak to people'] : []),
  ]
}

/** Which request goes where is chance: four standard deviations beside the share are none. */
function isWithin({ byNew, share }: Seen, most: number): boolean {
  if (most === 0) return byNew === 0
  const among = share === 0 ? 0 : byNew / share
  return byNew <= among * most + 4 * Math.sqrt(among * most * (1 - most))
}

const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/holdfast ([a-z]+)/g)].map(([, word = '']) => word)

const faulty = (said: string): boolean => /undefined|\[object|NaN|^ +at .*:\d+:\d+/m.test(said)

// ---- the table

/** `folder`: what differs from run to run. */
export function tableOf(rows: readonly Row[], folder: string): string {
  const head =
    '| case | exit | class | state | field | what it says | what to do | requests meanwhile | by it | failed |'
  const cell = (text: string | number): string =>
    String(text).replaceAll(`${folder}/`, '').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
  const lines = rows.map(({ name, exit, class: of, state, field, says, does, seen }) => {
    const isMany = seen.byNew >= 20
    const byNew = isMany ? `${seen.byNew} (${(100 * seen.share).toFixed(1)} %)` : seen.byNew
    return `| ${[name, exit, of, state, field, says, does, seen.requests, byNew, seen.failed.length].map(cell).join(' | ')} |`
  })
  return [head, '| --- '.repeat(10) + '|', ...lines].join('\n')
}
