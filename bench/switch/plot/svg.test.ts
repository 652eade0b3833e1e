import { describe, expect, it } from 'vitest'
import { escapeText, placeOn, Plot, ticksOf } from './svg.ts'

describe('a scale', () => {
  it('places values between its ends, and at the ends what is beyond', () => {
    const linear = { kind: 'linear', from: 0, to: 10 } as const
    expect([-1, 0, 5, 20].map((value) => placeOn(linear, value))).toEqual([0, 0, 0.5, 1])
    const log = { kind: 'log', from: 1, to: 100 } as const
    expect([0, 1, 10, 100].map((value) => placeOn(log, value))).toEqual([0, 0, 0.5, 1])
  })

  it('has round ticks', () => {
    expect(ticksOf({ kind: 'linear', from: 0, to: 7.6 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(ticksOf({ kind: 'linear', from: 0, to: 1 })).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticksOf({ kind: 'log', from: 0.1, to: 1000 })).toEqual([0.1, 1, 10, 100, 1000])
  })
})

describe('a plot', () => {
  it('is one SVG that names what it draws', () => {
    const svg = new Plot({
      title: 'a < b & c',
      subtitle: '',
      x: { kind: 'linear', from: 0, to: 10, label: 's' },
      y: { kind: 'log', from: 1, to: 100, label: 'ms' },
    })
      .line('p50', '#123456', [
        [0, 1],
        [10, 100],
      ])
      .marks('deploy', '#654321', [5])
      .toString()
    expect(svg).toContain('d="M70 372L1176 74"')
    expect(svg).toContain('a &#60; b &#38; c')
    expect(svg.match(/>p50</g)).toHaveLength(1)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('escapes what would end a text or an attribute', () => {
    expect(escapeText('"<&>"')).toBe('&#34;&#60;&#38;&#62;&#34;')
  })
})
