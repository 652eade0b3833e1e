import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventCursor, FrameCursor, goingAwayFrame } from './stream-ends.ts'

type Frame = { readonly opcode: number; readonly length: number; readonly masked: boolean }

function bytesOf({ opcode, length, masked }: Frame): Buffer {
  const head = [0x80 | opcode]
  const bit = masked ? 0x80 : 0
  if (length < 126) head.push(bit | length)
  else if (length < 65_536) head.push(bit | 126, length >> 8, length & 0xff)
  else
    head.push(bit | 127, 0, 0, 0, 0, (length >>> 24) & 0xff, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff)
  return Buffer.concat([Buffer.from(head), Buffer.alloc((masked ? 4 : 0) + length, 0x81)])
}

const frames = fc.array(
  fc.record({
    opcode: fc.constantFrom(1, 2, 9),
    length: fc.oneof(fc.nat(130), fc.constantFrom(125, 126, 65_535, 65_536, 70_000)),
    masked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
)

describe('frames of a WebSocket', () => {
  it('are followed however they are cut into pieces', () => {
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 50_000 })), (all, sizes) => {
        const wire = Buffer.concat(all.map(bytesOf))
        const ends = new Set(all.map((_, at) => Buffer.concat(all.slice(0, at + 1).map(bytesOf)).length))
        const cursor = new FrameCursor()
        for (let at = 0; at < wire.length;) {
          const size = sizes.next().value ?? 1
          cursor.feed(wire.subarray(at, at + size))
          at = Math.min(wire.length, at + size)
          expect(cursor.between).toBe(ends.has(at))
        }
        expect(cursor.sawClose).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  it('may be interrupted only where one ends', () => {
    const wire = Buffer.concat([
      bytesOf({ opcode: 1, length: 300, masked: false }),
      bytesOf({ opcode: 1, length: 5, masked: false }),
    ])
    const cursor = new FrameCursor()
    expect(cursor.upToBoundary(wire)).toBe(0)
    cursor.feed(wire.subarray(0, 100))
    expect(cursor.upToBoundary(wire.subarray(100, 200))).toBeUndefined()
    expect(cursor.upToBoundary(wire.subarray(200))).toBe(104)
  })

  it('can say goodbye: 1001, masked towards a server', () => {
    expect([...goingAwayFrame()]).toEqual([0x88, 2, 0x03, 0xe9])
    const masked = goingAwayFrame(Uint8Array.of(1, 2, 3, 4))
    expect([...masked]).toEqual([0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe9 ^ 2])
    const cursor = new FrameCursor()
    cursor.feed(masked)
    expect(cursor).toMatchObject({ between: true, sawClose: true })
  })
})

describe('an event stream', () => {
  it.each([
    ['', true],
    ['data: 1', false],
    ['data: 1\n', false],
    ['data: 1\r\n', false],
    ['data: 1\n\n', true],
    ['data: 1\r\n\r\n', true],
    ['data: 1\r\r', true],
    ['data: 1\n\ndata: 2', false],
  ])('%j stands between two events: %s', (text, between) => {
    const whole = new EventCursor()
    whole.feed(Buffer.from(text))
    const byByte = new EventCursor()
    for (const byte of Buffer.from(text)) byByte.feed(Uint8Array.of(byte))
    expect([whole.between, byByte.between]).toEqual([between, between])
  })
})
