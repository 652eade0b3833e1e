import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { firstWords, laterWords } from '../../src/console/words/catalogue.ts'
import type { Entry } from '../../src/console/words/entry.ts'

const later = await Promise.all(Object.entries(laterWords).map(async ([name, load]) => [name, await load()] as const))
const catalogue = { ...firstWords, ...Object.fromEntries(later) }
const entries = Object.entries(catalogue).flatMap(([section, words]) =>
  Object.entries<Entry>(words).map(([key, entry]) => ({ key: `${section}.${key}`, ...entry })),
)
const namesIn = (text: string): readonly string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()
/** Names of things, and what is copied as it stands. */
const sameInBoth = new Set([
  ...['shell.holdfast', 'shell.english', 'shell.japanese'],
  // Only its full stop is of the language.
  'part.sentence',
  // As AWS's Japanese documentation calls them.
  ...['machine.arn', 'machine.level_TRACE', 'machine.type_EXPRESS', 'machine.isExpress'],
])

describe('the catalogue of words', () => {
  it('has every entry in both languages, with the same values in it', () => {
    expect(entries.filter(({ en, ja }) => en.trim() === '' || ja.trim() === '')).toEqual([])
    expect(entries.filter(({ en, ja }) => namesIn(en).join() !== namesIn(ja).join())).toEqual([])
  })

  it('is in Japanese where it says so', () => {
    const untranslated = entries.filter(
      ({ key, en, ja }) => !sameInBoth.has(key) && (ja === en || !/[\u3040-\u30ff\u4e00-\u9fff]/.test(ja)),
    )
    expect(untranslated).toEqual([])
  })

  it('holds nothing that no page says', () => {
    const root = join(import.meta.dirname, '../../src/console')
    const source = globSync('**/*.{ts,tsx}', { cwd: root })
      .filter((file) => !/words|generated|\.test\./.test(file))
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n')
    // Some are put together: `part.tone_${tone}`, or `deploy.${tab}` where the tabs are named elsewhere.
    const beginnings = [...source.matchAll(/`(\w+\.\w+)\$\{/g)].map(([, beginning = '']) => beginning)
    const isSaid = (key: string): boolean => {
      const [section = '', name = ''] = key.split('.')
      const together = beginnings.some((beginning) => key.startsWith(beginning))
      return (
        together || source.includes(`'${key}'`) || (source.includes(`\`${section}.$`) && source.includes(`'${name}'`))
      )
    }
    const unused = entries.filter(({ key }) => !isSaid(key))
    expect(unused.map(({ key }) => key)).toEqual([])
  })
})
