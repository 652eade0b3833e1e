import { describe, expect, it } from 'vitest'
import { ulid, uuid4, uuid7 } from './id.ts'

const bytes = (value: number) => (length: number) => new Uint8Array(length).fill(value)

describe('identifiers', () => {
  it('are 26 characters that sort by time, as a ULID', () => {
    const early = ulid(Date.UTC(2026, 0, 1), bytes(255))
    const late = ulid(Date.UTC(2026, 0, 1) + 1, bytes(0))
    expect(early).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(early < late).toBe(true)
  })

  it.each([
    [uuid4, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    [(random: (length: number) => Uint8Array) => uuid7(0, random), /^00000000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/],
  ])('say their version and variant, whatever the chance', (make, form) => {
    for (const value of [0, 0x5a, 255]) expect(make(bytes(value))).toMatch(form)
  })

  it('sort by time as a UUID of version 7', () => {
    expect(uuid7(1_000_000_000_000, bytes(255)) < uuid7(1_000_000_000_001, bytes(0))).toBe(true)
    expect(
      uuid7(Date.UTC(2026, 0, 1), bytes(0))
        .replaceAll('-', '')
        .slice(0, 12),
    ).toBe(Date.UTC(2026, 0, 1).toString(16).padStart(12, '0'))
  })
})
