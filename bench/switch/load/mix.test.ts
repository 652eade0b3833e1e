import { describe, expect, it } from 'vitest'
import { dueAtMs, dueBy, largestUpload, planRequests, slowMs, smallestUpload, uploadBytes, usualMix } from './mix.ts'

describe('the open loop', () => {
  it('asks for what is due by the clock, whatever has been answered', () => {
    expect([0, 0.5, 1, 999, 1000].map((ms) => dueBy(ms, 1000))).toEqual([1, 1, 2, 1000, 1001])
  })

  it('counts waiting from when a request was due: after a pause of 3 s the first of them has waited 3 s', () => {
    const due = dueBy(3000, 1000) - dueBy(0, 1000)
    expect(due).toBe(3000)
    expect(3000 - dueAtMs(1, 1000)).toBe(2999)
  })
})

describe('the mix', () => {
  it('has its shares, and is the same for the same seed', () => {
    const next = planRequests(usualMix, 7)
    const drawn = Array.from({ length: 20_000 }, next)
    const share = (fits: (one: (typeof drawn)[number]) => boolean) => drawn.filter(fits).length / drawn.length
    expect(share(({ kind }) => kind === 'slow')).toBeCloseTo(usualMix.slowShare, 2)
    expect(share(({ kind }) => kind === 'upload')).toBeCloseTo(usualMix.uploadShare, 2)
    expect(share(({ kind }) => kind === 'order')).toBeCloseTo(usualMix.orderShare, 1)
    expect(share(({ isNewConnection }) => isNewConnection)).toBeCloseTo(usualMix.newConnectionShare, 1)
    const again = planRequests(usualMix, 7)
    expect(drawn.slice(0, 100)).toEqual(Array.from({ length: 100 }, again))
  })

  it('has slow answers of 1 to 3 s and uploads of 64 KB to 1 MB', () => {
    expect([0, 1].map(slowMs)).toEqual([1000, 3000])
    expect([0, 1].map(uploadBytes)).toEqual([smallestUpload, largestUpload])
  })
})
