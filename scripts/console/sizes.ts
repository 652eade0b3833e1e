/** What a browser loads before it shows anything, counted from the built page itself. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Sizes = {
  /** The page with the scripts and styles it names, gzip. */
  readonly firstLoadBytes: number
  /** All other scripts and styles together: loaded when a page needs them. */
  readonly laterBytes: number
  /** The largest of those, by name. */
  readonly largest: readonly (readonly [name: string, bytes: number])[]
}

export function firstLoad(folder: string): Sizes {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const named = new Set(
    [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file ?? ''),
  )
  const all = globSync('assets/*.{js,css}', { cwd: folder })
  const bytes = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + statSync(join(folder, `${file}.gz`)).size, 0)
  const later = all.filter((file) => !named.has(file))
  const largest = later
    .map((file) => [file.replace(/^assets\/|-[\w-]{8}\.\w+$/g, ''), bytes([file])] as const)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, told)
  return {
    firstLoadBytes: bytes(all.filter((file) => named.has(file))),
    laterBytes: bytes(later),
    largest,
  }
}

const told = 8

export const printSizes = ({ firstLoadBytes, laterBytes, largest }: Sizes): string =>
  `first load ${kilobytes(firstLoadBytes)} KB gzip, later ${kilobytes(laterBytes)} KB: ` +
  largest.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(', ')

const kilobytes = (bytes: number): number => Math.round(bytes / 1024)
