/**
 * `node scripts/run.js test/browser/measure.ts [latency] [history] [map] [growing]`: how soon a committed change is on the screen, and
 * how long the page is busy at one go while long histories are opened, scrolled and grow. Each figure in a line of its own; they are of
 * this machine in this minute, and nothing depends on them.
 */
import type { Page } from 'playwright-core'
import { type Console, openConsole } from './console.ts'
import { longestTask, percentile, scrollThrough, watchTasks } from './long-tasks.ts'
import { Api } from './machines.ts'

const [, , ...wanted] = process.argv
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const runs = 5
const wide = { viewport: { width: 1440, height: 900 } } as const

const lot = Array.from({ length: 10_000 }, (_, n) => n)
const mapOf = (states: object, more: object = {}) => ({
  StartAt: 'Count',
  States: { Count: { Type: 'Map', ItemProcessor: states, ...more, End: true } },
})

const console_ = await openConsole()
const api = new Api(console_)
try {
  if (isWanted('latency')) await measureLatency(console_)
  if (isWanted('history')) await measureHistory(console_)
  if (isWanted('map')) await measureMap(console_)
  if (isWanted('growing')) await measureGrowing(console_)
} finally {
  await console_.close()
}

// ---- how soon

/** From the answer to a request, which comes after the commit, to what it changed on the screen. */
async function measureLatency(console: Console): Promise<void> {
  await api.machine('tick', { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } })
  await api.approvals()
  const list = await console.open(wide, '/executions')
  await list.getByRole('heading', { level: 1 }).waitFor()
  const started = (name: string): Promise<void> => list.getByText(name, { exact: true }).waitFor()
  await tellDelays('a start in the list of executions', 40, async (n) => {
    await api.start('tick', `tick-${n}`, {})
    return () => started(`tick-${n}`)
  })
  const stop = keepStarting(50)
  await tellDelays('the same while twenty others start each second', 40, async (n) => {
    await api.start('tick', `again-${n}`, {})
    return () => started(`again-${n}`)
  })
  await stop()
  await list.context().close()
  const page = await console.open(wide)
  await tellDelays('an answer to a task, on the page of its execution', 20, async (n) => {
    await api.start('approval', `order-${n}`, { items: [1], total: 1 })
    await page.goto(new URL(`/executions/approval:order-${n}`, console.url).href)
    await page.getByText('Waiting in Approve').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await api.approve({ by: 'ken' })
    return () => page.getByText('Succeeded', { exact: true }).first().waitFor()
  })
  await page.context().close()
}

/** `act` asks for something; what it returns resolves when that is on the screen. */
async function tellDelays(what: string, count: number, act: (n: number) => Promise<() => Promise<void>>) {
  const found: number[] = []
  for (let n = 0; n < count; n++) {
    const seen = await act(n)
    const began = performance.now()
    await seen()
    found.push(performance.now() - began)
  }
  const [p95, half] = [0.95, 0.5].map((part) => Math.round(percentile(found, part)))
  say(`from the commit to the screen, ${what}: p95 ${p95} ms, median ${half} ms (${count} times; wanted: at most 500)`)
}

function keepStarting(everyMs: number): () => Promise<void> {
  let isOver = false
  const going = (async () => {
    for (let n = 0; !isOver; n++) {
      await api.start('tick', `other-${n}`, {})
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  })()
  return () => {
    isOver = true
    return going
  }
}

// ---- how long the page is busy

/** One state after the other, round after round. */
async function measureHistory(console: Console): Promise<void> {
  await api.machine('rounds', {
    StartAt: 'Count',
    States: {
      Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)' }, Next: 'Enough?' },
      'Enough?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', NumericLessThan: 6250, Next: 'Count' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  })
  await api.start('rounds', 'many', { n: 0 })
  await api.stream('/v1/executions/rounds%3Amany/events')
  await tellTasks('a history of 25,004 events', console, async (page) => {
    await opened(page, 'rounds:many', '25004 rows')
    const opening = await longestTask(page)
    await scrollThrough(page, '[role=table]')
    await page.getByRole('button', { name: 'Timeline' }).click()
    await scrollThrough(page, '[role=group][aria-label=Timeline]')
    await page
      .getByLabel('Graph of the state machine')
      .getByRole('button', { name: /^Count/ })
      .click()
    await page.getByRole('heading', { name: 'Count' }).waitFor()
    return { opening, scrolling: await longestTask(page) }
  })
}

async function measureMap(console: Console): Promise<void> {
  await api.machine('count', mapOf({ StartAt: 'Weigh', States: { Weigh: { Type: 'Pass', End: true } } }))
  await api.start('count', 'lot', lot)
  await api.stream('/v1/executions/count%3Alot/events')
  await tellTasks('a Map of 10,000 iterations', console, async (page) => {
    await opened(page, 'count:lot', '40006 rows')
    const opening = await longestTask(page)
    await scrollThrough(page, '[role=table]')
    await lookAtIterations(page, 10_000)
    return { opening, scrolling: await longestTask(page) }
  })
}

/** It begins when the page is there, and goes on while somebody scrolls. */
async function measureGrowing(console: Console): Promise<void> {
  const past = { StartAt: 'Nap', States: { Nap: { Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', End: true } } }
  const { States } = mapOf(past)
  await api.machine('naps', {
    StartAt: 'Hold',
    States: { Hold: { Type: 'Wait', Seconds: 5, Next: 'Count' }, ...States },
  })
  let n = 0
  await tellTasks('a Map of 10,000 iterations while it goes on', console, async (page) => {
    const name = `lot-${n++}`
    await api.start('naps', name, lot)
    await opened(page, `naps:${name}`, /^2 rows/)
    const opening = await longestTask(page)
    await page.getByText(/^\d{3,} rows/).waitFor()
    const whole = page.getByText(/^40008 rows/)
    while ((await whole.count()) === 0) await scrollThrough(page, '[role=table]', 20)
    await lookAtIterations(page, 10_000)
    return { opening, scrolling: await longestTask(page) }
  })
}

async function opened(page: Page, execution: string, rows: string | RegExp): Promise<void> {
  await page.goto(new URL(`/executions/${execution}`, console_.url).href)
  await page.getByText(rows).waitFor()
  await page.locator('.react-flow__node').first().waitFor()
}

/** Of the Map itself, and of one iteration. */
async function lookAtIterations(page: Page, count: number): Promise<void> {
  await page
    .getByLabel('Graph of the state machine')
    .getByRole('button', { name: /^Count/ })
    .click()
  await page.getByRole('button', { name: 'Iterations' }).click()
  const table = page.getByRole('table', { name: 'Iterations' })
  await table.waitFor()
  await page.getByText(`${count} rows`, { exact: true }).waitFor()
  await scrollThrough(page, '[role=table][aria-label=Iterations]')
  await table.getByRole('row').nth(3).click()
}

type Longest = { readonly opening: number; readonly scrolling: number }

async function tellTasks(what: string, console: Console, walk: (page: Page) => Promise<Longest>): Promise<void> {
  const found: Longest[] = []
  for (let run = 0; run < runs; run++) {
    const page = await console.open(wide)
    await watchTasks(page.context())
    found.push(await walk(page))
    await page.context().close()
  }
  const line = (part: keyof Longest): string => {
    const all = found.map((one) => Math.round(one[part]))
    return `p95 ${percentile(all, 0.95)} ms (${all.join(', ')})`
  }
  say(
    `longest task of ${what}: scrolling ${line('scrolling')}, opening ${line('opening')} (${runs} runs; wanted: at most 200)`,
  )
}
