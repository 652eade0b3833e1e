import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastWords } from './last-words.ts'

const run = ['10:00:01 connecting', 'no database at db:5432', 'giving up']
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

describe('the last words of an application', () => {
  it('are those of its last run, however often it ended the same way', () => {
    expect(lastWords(text(...run, ...run, ...run))).toBe(text(...run))
    expect(lastWords('giving up\ngiving up')).toBe('giving up')
  })

  it('are the same words where only times and numbers differ, and the newest are shown', () => {
    const later = ['10:00:07 connecting', 'no database at db:5432', 'giving up']
    expect(lastWords(text(...run, ...later))).toBe(text(...later))
  })

  it('leave out the rest of a run whose beginning was cut off', () => {
    expect(lastWords(text(...run.slice(2), ...run, ...run))).toBe(text(...run))
    expect(lastWords(text(...run.slice(1), ...run, ...run))).toBe(text(...run))
  })

  it('keep what came before and was said once', () => {
    expect(lastWords(text('migrated', ...run, ...run))).toBe(text('migrated', ...run))
    expect(lastWords(text(...run))).toBe(text(...run))
    expect(lastWords('')).toBe('')
  })

  it('end with the same line as before, and are never longer', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'at 1', 'at 2'), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(lines, (all) => {
        const kept = lastWords(text(...all)).split('\n')
        expect(kept.at(-2)).toBe(all.at(-1))
        expect(kept.length - 1).toBeLessThanOrEqual(all.length)
      }),
    )
  })
})
