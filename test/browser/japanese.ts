/** A Japanese font for the pictures, whether the machine has one or not: out of an npm package, as the last of the page's own list. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'

const folder = join(import.meta.dirname, '../../node_modules/@fontsource-variable/noto-sans-jp')

/** Of a context with `bypassCSP`: no page of ours would take a style from elsewhere. */
export async function useJapaneseFont(context: BrowserContext): Promise<void> {
  const css = readFileSync(join(folder, 'index.css'), 'utf8').replaceAll('Noto Sans JP Variable', 'Noto Sans CJK JP')
  await context.route('**/test-font/**', (route) => {
    const [, file = ''] = new URL(route.request().url()).pathname.split('/test-font/')
    if (file === 'index.css') return route.fulfill({ contentType: 'text/css', body: css })
    return route.fulfill({ contentType: 'font/woff2', body: readFileSync(join(folder, file)) })
  })
  // Before the page draws anything: what was drawn without the font is not always drawn anew.
  await context.addInitScript(`new MutationObserver((_, observer) => {
    if (document.head === null) return
    observer.disconnect()
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = '/test-font/index.css'
    document.head.append(link)
  }).observe(document, { childList: true, subtree: true })`)
}

/** Its pieces are fetched as their letters are met: after each drawing until nothing more comes. */
export async function fontLoaded(page: Page): Promise<void> {
  await page.waitForFunction('document.fonts.size > 50')
  await page.evaluate(`(async () => {
    do {
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
      await document.fonts.ready
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    } while (document.fonts.status !== 'loaded')
    // Chromium keeps how words look: of another kind of font, they are drawn anew.
    const style = document.createElement('style')
    style.textContent = '* { font-variant-ligatures: no-common-ligatures !important }'
    document.head.append(style)
  })()`)
}
