import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTimestamp, printTimestamp, timestampNanos } from './timestamp.ts'

describe('a timestamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2000-02-29T12:00Z', Date.UTC(2000, 1, 29, 12)],
    ['2026-01-01T01:30:00+01:30', Date.UTC(2026, 0, 1)],
    ['2025-12-31T06:00:00-18:00', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00:00.5Z', Date.UTC(2026, 0, 1) + 500],
    ['2026-01-01T00:00:00.000001Z', Date.UTC(2026, 0, 1) + 0.001],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['9999-12-31T23:59:59Z', 253_402_300_799_000],
  ])('%s is %d ms after 1970', (text, ms) => {
    expect(parseTimestamp(text)).toBeCloseTo(ms, 3)
  })

  it.each([
    '2026-01-01',
    '2026-01-01 00:00:00Z',
    '2026-01-01t00:00:00Z',
    '2026-01-01T00:00:00z',
    '2026-01-01T00:00:00',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T00:00:00+18:01',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    ' 2026-01-01T00:00:00Z',
    '٢٠٢٦-01-01T00:00:00Z',
    '',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
    expect(timestampNanos(text)).toBeUndefined()
  })

  it('is compared to the nanosecond, whatever its offset', () => {
    const nanos = timestampNanos('2026-01-01T00:00:00.000000001Z')
    expect(nanos).toBe(BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n + 1n)
    expect(timestampNanos('2026-01-01T02:00:00.000000001+02:00')).toBe(nanos)
  })

  it('is printed with its milliseconds, or without a fraction of zero', () => {
    expect(printTimestamp(Date.UTC(2026, 10, 20, 15, 13, 47, 120))).toBe('2026-11-20T15:13:47.120Z')
    expect(printTimestamp(Date.UTC(2026, 10, 20, 15, 13, 47))).toBe('2026-11-20T15:13:47Z')
    expect(printTimestamp(-1)).toBe('1969-12-31T23:59:59.999Z')
  })

  it('agrees with the platform’s calendar on every day', () => {
    const ms = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) })
    fc.assert(
      fc.property(ms, (time) => {
        const iso = new Date(time).toISOString()
        expect(printTimestamp(time)).toBe(iso.replace('.000Z', 'Z'))
        expect(parseTimestamp(iso)).toBe(time)
      }),
      { numRuns: 500, seed: 1 },
    )
  })
})
