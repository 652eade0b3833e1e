import { describe, expect, it } from 'vitest'
import { clip, pad, visibleWidth, wrap } from './width.ts'

describe('the width of text', () => {
  it.each([
    ['abc', 3],
    ['承認待ち', 8],
    ['✓ ok', 4],
    ['\u001b[38;5;71m✓ ok\u001b[0m', 4],
    ['🚀', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%s takes %i columns', (text, width) => expect(visibleWidth(text)).toBe(width))

  it('is not exceeded by what is cut', () => {
    expect(clip('abcdef', 6)).toBe('abcdef')
    expect(clip('abcdef', 4)).toBe('abc…')
    expect(clip('承認待ち', 6)).toBe('承認…')
    expect(clip('abc', 0)).toBe('…')
  })

  it('is filled up', () => {
    expect(pad('承認', 6)).toBe('承認  ')
    expect(pad('abcdef', 3)).toBe('abcdef')
  })

  it('is kept by breaking between words, never inside a path', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrap('see /a/very/long/path here', 8)).toEqual(['see', '/a/very/long/path', 'here'])
    expect(wrap('one\ntwo', 8)).toEqual(['one', 'two'])
    expect(wrap('  indented stays so', 40)).toEqual(['  indented stays so'])
  })
})
