import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { laterWords } from '../../src/console/words/catalogue.ts'

const pages = join(import.meta.dirname, '../../src/console/pages')
const routes = readFileSync(join(pages, 'index.tsx'), 'utf8').split('createRoute({').slice(1)

/** What is reached from a file within the console, pieces that come later included. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || !existsSync(file)) return seen
  seen.add(file)
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+\.tsx?)'/g))
    reached(join(dirname(file), path), seen)
  return seen
}

function saidIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return Object.keys(laterWords).filter((section) => new RegExp(`[^.\\w]t\\([^)]*['\`]${section}\\.`).test(text))
}

const pagesWithWords = routes.flatMap((route) => {
  const [, path] = /import\('\.\/([^']+)'\)/.exec(route) ?? []
  const [, named = ''] = /\.\.\.saying\(([^)]*)\)/.exec(route) ?? []
  return path === undefined ? [] : [{ path, named: new Set(named.match(/\w+/g)) }]
})

it.each(pagesWithWords)('$path brings the words with it that it says', ({ path, named }) => {
  const said = [...reached(join(pages, path))].filter((file) => !file.endsWith('words.ts')).flatMap(saidIn)
  expect(pagesWithWords.length).toBeGreaterThan(12)
  expect([...new Set(said)].filter((section) => !named.has(section))).toEqual([])
})
