import { describe, expect, it } from 'vitest'
import { ago, localTime, timeOf } from './times.ts'

const instant = Date.UTC(2026, 10, 20, 16, 29, 37, 5)

describe('an instant', () => {
  it('is exact for programs', () => expect(timeOf(instant)).toBe('2026-11-20T16:29:37.005Z'))

  it('is told to people in their zone, which is named', () => {
    expect(localTime(instant, 'Asia/Tokyo')).toBe('2026-11-21 01:29:37 Asia/Tokyo')
    expect(localTime(instant, 'UTC')).toBe('2026-11-20 16:29:37 UTC')
  })

  it.each([
    [-5, 'just now'],
    [999, 'just now'],
    [6_500, '6s ago'],
    [197_000, '3m ago'],
    [7_509_000, '2h 5m ago'],
    [190_000_000, '2d 4h ago'],
  ])('%i ms ago is no finer than a reader takes it', (ms, text) => expect(ago(ms)).toBe(text))
})
