/** How long a page is busy at one go, by the browser's own record of tasks over 50 ms. */
import type { BrowserContext, Page } from 'playwright-core'

/** From the next page on that is opened, all of its life. */
export async function watchTasks(context: BrowserContext): Promise<void> {
  await context.addInitScript(`
    globalThis.longTasks = []
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => longTasks.push(duration)))
      .observe({ type: 'longtask', buffered: true })
  `)
}

/** The longest since it was asked the last time; 0 when none was over 50 ms. */
export async function longestTask(page: Page): Promise<number> {
  // What was observed is told a moment after it has ended.
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))')
  return page.evaluate<number>('Math.max(0, ...longTasks.splice(0))')
}

/** To the end and back to the top, a screen at a time, each drawn; `selector` names what scrolls. Says how many screens. */
export const scrollThrough = (page: Page, selector: string, steps = 200): Promise<number> =>
  page.evaluate<number>(`(async () => {
    const place = document.querySelector(${JSON.stringify(selector)})
    const frame = () => new Promise(requestAnimationFrame)
    let screens = 0
    const to = async (top) => { place.scrollTop = top; screens++; await frame() }
    const step = Math.max(place.clientHeight, place.scrollHeight / ${steps})
    for (let top = 0; top < place.scrollHeight; top += step) await to(top)
    for (let top = place.scrollHeight; top > 0; top -= place.scrollHeight / 20) await to(top)
    await to(0)
    return screens
  })()`)

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0
}
