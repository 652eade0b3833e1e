import { describe, expect, it } from 'vitest'
import { HoldfastError, nearestWord } from './errors.ts'

describe('the nearest word', () => {
  const accepted = ['retention', 'server', 'account']

  it.each([
    ['retenton', 'retention'],
    ['Server', 'server'],
    ['acount', 'account'],
    ['sevrer', 'server'],
  ])('of %s is %s', (word, nearest) => {
    expect(nearestWord(word, accepted)).toBe(nearest)
  })

  it.each(['', 'x', 'something else', 'logs'])('of %j is none', (word) => {
    expect(nearestWord(word, accepted)).toBeUndefined()
  })

  it('of a word of kilobytes is none', () => {
    expect(nearestWord('server'.repeat(3000), accepted)).toBeUndefined()
  })
})

describe('an error for a person', () => {
  it('is worth repeating when its kind says so, unless told', () => {
    expect(new HoldfastError('a.b', 'm', { kind: 'unavailable' }).retryable).toBe(true)
    expect(new HoldfastError('a.b', 'm', { kind: 'exhausted' }).retryable).toBe(true)
    expect(new HoldfastError('a.b', 'm').retryable).toBe(false)
    expect(new HoldfastError('a.b', 'm', { kind: 'unavailable', retryable: false }).retryable).toBe(false)
  })

  it('keeps its cause, and has none when there was none', () => {
    const cause = new Error('why')
    expect(new HoldfastError('a.b', 'm', { cause }).cause).toBe(cause)
    expect('cause' in new HoldfastError('a.b', 'm')).toBe(false)
  })
})
