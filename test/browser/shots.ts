/** Pictures of pages at two widths, light and dark, and in Japanese, into coverage/screenshots; and what axe finds serious on each. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { seriousFaults } from './accessible.ts'
import type { Console } from './console.ts'
import { fontLoaded, useJapaneseFont } from './japanese.ts'

export const folder = join(import.meta.dirname, '../../coverage/screenshots')
mkdirSync(folder, { recursive: true })

const sizes = {
  wide: { viewport: { width: 1440, height: 900 } },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const

export type Shot = { readonly name: string; readonly path: string; readonly ready?: (page: Page) => Promise<unknown> }

/** A page of whoever looks. */
export type Opening = (options: BrowserContextOptions) => Promise<Page>

/** Names of pages of the command line; none: all. */
const [, , ...names] = process.argv
export const wanted: readonly string[] = names
export const isWanted = ({ name }: Pick<Shot, 'name'>): boolean => wanted.length === 0 || wanted.includes(name)

/** What axe found serious so far: the picture, then what and where. */
export const faults: string[] = []

type Shooting = {
  readonly console: Console
  /** What the page has to show: empty, ordinary, failed. */
  readonly state: string
  readonly shots: readonly Shot[]
  readonly locale?: 'en-US' | 'ja-JP'
  /** Without: as the local admin. */
  readonly open?: Opening
}

export async function shoot({ console, state, shots, locale = 'en-US', open = console.open }: Shooting): Promise<void> {
  const chosen = shots.filter(isWanted)
  if (chosen.length === 0) return
  const isJapanese = locale === 'ja-JP'
  // What differs between languages does so in either light.
  const schemes = isJapanese ? (['light'] as const) : (['light', 'dark'] as const)
  for (const colorScheme of schemes) {
    for (const [size, options] of Object.entries(sizes)) {
      const page = await open({ ...options, colorScheme, locale, bypassCSP: isJapanese })
      // However busy the machine is: nobody waits for it.
      page.setDefaultTimeout(180_000)
      if (isJapanese) await useJapaneseFont(page.context())
      for (const { name, path, ready } of chosen) {
        // Where only what stands behind `#` differs, the page would stay as it is.
        await page.goto('about:blank')
        await page.goto(new URL(path, console.url).href)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.getByText(/Loading …|読み込み中…/).waitFor({ state: 'detached' })
        await page.locator('[data-state=connecting]').waitFor({ state: 'detached' })
        await ready?.(page)
        if (isJapanese) await fontLoaded(page)
        const file = [name, state, size, colorScheme, ...(isJapanese ? [locale] : [])].join('-')
        await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true, animations: 'disabled' })
        faults.push(...(await seriousFaults(page)).map((fault) => `${file}: ${fault}`))
      }
      await page.context().close()
    }
  }
}

/** In each language. */
export async function shootInBoth(shooting: Shooting): Promise<void> {
  await shoot(shooting)
  await shoot({ ...shooting, locale: 'ja-JP' })
}
