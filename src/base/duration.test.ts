import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['90d', 7_776_000_000],
  ])('%s is read as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '5', 'm', '5 m', '-5s', '5s!', '5y', '1e3s'])('%j is refused with what is accepted', (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ code: 'duration.syntax', accepted: expect.stringContaining('1m30s') }),
    )
  })

  it.each([
    [0, '0ms'],
    [340, '340ms'],
    [1290, '1.2s'],
    [9999, '9.9s'],
    [59_999, '59s'],
    [102_000, '1m 42s'],
    [120_000, '2m'],
    [11_100_000, '3h 5m'],
    [187_200_000, '2d 4h'],
  ])('%i ms is written as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
