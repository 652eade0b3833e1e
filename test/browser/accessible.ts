/** What axe finds serious on a page: nothing. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** As a person reads it: what still fades in has no contrast yet. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(stillness)
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary}`),
    )
}

/** Nothing that ends moves in five frames: a dialog takes three from being there to beginning to fade in. */
const stillness = `(async () => {
  for (let still = 0; still < 5; still++) {
    const moving = document.getAnimations().filter(({ playState, effect }) =>
      playState === 'running' && Number.isFinite(effect.getComputedTiming().endTime))
    if (moving.length > 0) still = 0
    await Promise.allSettled(moving.map(({ finished }) => finished))
    await new Promise(requestAnimationFrame)
  }
})()`
