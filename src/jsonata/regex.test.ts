import { beforeEach, describe, expect, it } from 'vitest'
import { Budget, Overrun } from './budget.ts'
import { inlineAllowance, workerAllowance } from './limits.ts'
import { regexEngine } from './regex.ts'

const inline = new Budget(inlineAllowance, () => 0)
beforeEach(() => inline.begin())
const linear = regexEngine(inline, false)
const killable = regexEngine(new Budget(workerAllowance, () => 0), true)

/** All matches as the platform's engine would find them, by the same loop. */
function matches(pattern: RegExp, Engine: typeof linear, text: string): unknown[] {
  const engine = new Engine(pattern)
  const found: unknown[] = []
  for (let match = engine.exec(text); match !== null && found.length < 50; match = engine.exec(text)) {
    found.push([match.index, engine.lastIndex, ...match])
    if (match[0] === '') break
  }
  return found
}

function byThePlatform(pattern: RegExp, text: string): unknown[] {
  const found: unknown[] = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found.push([match.index, pattern.lastIndex, ...match])
    if (match[0] === '') break
  }
  return found
}

describe('regular expressions in linear time match what the platform matches', () => {
  it.each([
    [/a+/g, 'baaac aa'],
    [/(a)(b)?/g, 'abaab'],
    [/^\w+$/gm, 'one\ntwo\nthree four'],
    [/HELLO/gi, 'Hello hello'],
    [/(\d{4})-(\d\d)-(\d\d)/g, 'on 2026-01-02 and 2027-03-04'],
    [/[^,\s]+(?:,|$)/g, 'a, b,c'],
    [/a??b/g, 'ab b aab'],
    [/\u00e9|\x41|\//g, 'éA/'],
    [/(?<year>\d+)/g, 'in 1999'],
    [/x*/g, 'abc'],
    [/a😀b/g, 'a😀b'],
    [/\bfoo\b/g, 'foo food foo'],
    [/[\]\-[]/g, 'a[b]-'],
    [/nothing/g, 'else'],
  ])('%s', (pattern, text) => {
    expect(matches(pattern, linear, text)).toEqual(byThePlatform(pattern, text))
    expect(matches(pattern, killable, text)).toEqual(byThePlatform(pattern, text))
  })
})

describe('a character of two code units', () => {
  it('is one character, as it is for Java', () => {
    expect(matches(/😀+/g, linear, 'a😀😀b')).toEqual([[1, 5, '😀😀']])
    expect(matches(/^.$/g, linear, '😀')).toEqual([[0, 2, '😀']])
  })
})

describe('a regular expression that is not linear', () => {
  it.each([/(?=a)b/g, /(a)\1/g, /(?!x)y/g])('%s waits for a place where it can be killed', (pattern) => {
    expect(() => new linear(pattern).exec('ab')).toThrow(Overrun)
    expect(matches(pattern, killable, 'aa b xy')).toEqual(byThePlatform(pattern, 'aa b xy'))
  })
})

describe('a long search', () => {
  it('is charged for what it reads, also when it finds nothing', () => {
    const engine = new linear(/(?:a|b|c|d)+x/g)
    const text = 'abcd'.repeat(20_000)
    expect(() => {
      for (let i = 0; i < 100; i++) engine.exec(text)
    }).toThrow(Overrun)
  })

  it('of an endless text is not begun', () => {
    expect(() => new linear(/a/g).exec('b'.repeat(300_000))).toThrow(Overrun)
  })

  it('behind the end finds nothing and starts over', () => {
    const engine = new linear(/a/g)
    engine.lastIndex = 5
    expect(engine.exec('aa')).toBeNull()
    expect(engine.lastIndex).toBe(0)
    expect(engine.exec('aa')?.index).toBe(0)
  })
})
