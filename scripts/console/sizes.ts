/** What a browser loads before it shows anything, counted from the built page itself. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Sizes = {
  /** The page with the scripts and styles it names, gzip. */
  readonly firstLoadBytes: number
  /** All other scripts and styles together: loaded when a page needs them. */
  readonly laterBytes: number
}

export function firstLoad(folder: string): Sizes {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const named = new Set(
    [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file ?? ''),
  )
  const all = globSync('assets/*.{js,css}', { cwd: folder })
  const bytes = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + statSync(join(folder, `${file}.gz`)).size, 0)
  return {
    firstLoadBytes: bytes(all.filter((file) => named.has(file))),
    laterBytes: bytes(all.filter((file) => !named.has(file))),
  }
}

export const printSizes = ({ firstLoadBytes, laterBytes }: Sizes): string =>
  `first load ${Math.round(firstLoadBytes / 1024)} KB gzip, later ${Math.round(laterBytes / 1024)} KB`
