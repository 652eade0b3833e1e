/**
 * `node scripts/run.js test/browser/measure.ts`: how soon a committed change is on the screen, and how long the page is busy while a
 * history of 40,000 events is scrolled. Prints figures of this machine in this minute; nothing depends on them.
 */
import type { Page } from 'playwright-core'
import { type Console, openConsole } from './console.ts'
import { Api } from './machines.ts'

const console_ = await openConsole()
const api = new Api(console_)
try {
  const p95 = percentile(await delays(console_, api, 40), 0.95)
  process.stdout.write(`from the answer to a start to its row in the list: p95 ${Math.round(p95)} ms\n`)
  const longest: number[] = []
  await api.machine('count', {
    StartAt: 'Count',
    States: {
      Count: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Weigh', States: { Weigh: { Type: 'Pass', End: true } } },
        End: true,
      },
    },
  })
  await api.start(
    'count',
    'lot',
    Array.from({ length: 10_000 }, (_, n) => n),
  )
  await api.stream('/v1/executions/count%3Alot/events')
  for (let run = 0; run < 5; run++) longest.push(await longestTask(console_))
  process.stdout.write(`longest task while 40,006 events are scrolled: ${longest.map(Math.round).join(', ')} ms\n`)
} finally {
  await console_.close()
}

async function delays(console: Console, api: Api, count: number): Promise<readonly number[]> {
  const page = await console.open({}, '/executions')
  await api.machine('tick', { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } })
  const found: number[] = []
  for (let n = 0; n < count; n++) {
    await api.start('tick', `tick-${n}`, {})
    const began = performance.now()
    await page.getByText(`tick-${n}`, { exact: true }).waitFor()
    found.push(performance.now() - began)
  }
  await page.context().close()
  return found
}

/** Of the browser's own record of tasks over 50 ms, from the moment all events are there. */
async function longestTask(console: Console): Promise<number> {
  const page = await console.open({ viewport: { width: 1440, height: 900 } }, '/executions/count:lot')
  await page.getByText('40006 rows').waitFor()
  await page.evaluate(
    'longest = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => longest = Math.max(longest, e.duration))).observe({ type: "longtask" })',
  )
  await scrollThrough(page)
  const longest = await page.evaluate<number>('longest')
  await page.context().close()
  return longest
}

/** To the end, a screen at a time, each drawn. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const table = document.querySelector('[role=table]')
    for (let y = 0; y < table.scrollHeight; y += 4000) {
      table.scrollTop = y
      await new Promise(requestAnimationFrame)
    }
  })()`)
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0
}
