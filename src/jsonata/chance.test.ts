import { describe, expect, it } from 'vitest'
import { drawSeed, hashText, isHashAlgorithm, javaRandom, seededChance } from './chance.ts'

describe('$random(seed)', () => {
  it.each([
    [42, 0.7275636800328681],
    [0, 0.730967787376657],
    [7, 0.7306990420600421],
    [0.9, 0.730967787376657],
    [-1, 0.26894263],
  ])('of %d is what Java draws first', (seed, drawn) => expect(javaRandom(seed)).toBeCloseTo(drawn, 6))

  it('is exact where AWS was measured', () => expect(javaRandom(42)).toBe(0.7275636800328681))
})

describe('seeded chance', () => {
  it('is uniform in [0, 1)', () => {
    const { random } = seededChance(0, [1, 2, 3, 4])
    const drawn = Array.from({ length: 20_000 }, () => random())
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    const tenths = Array.from({ length: 10 }, (_, i) => drawn.filter((x) => Math.floor(x * 10) === i).length)
    for (const tenth of tenths) expect(Math.abs(tenth - 2_000)).toBeLessThan(250)
  })

  it('starts far apart for seeds that are close', () => {
    const draw = (seed: number) => seededChance(0, [0, 0, 0, seed]).random()
    expect(new Set(Array.from({ length: 100 }, (_, seed) => draw(seed).toFixed(6))).size).toBe(100)
  })

  it('makes version 4 UUIDs, each another', () => {
    const { uuid } = seededChance(0, [5, 6, 7, 8])
    const ids = Array.from({ length: 100 }, () => uuid())
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('is drawn from another chance as four whole numbers', () => {
    const drawn = [0, 0.5, 0.25, 1 - 2 ** -53]
    expect(drawSeed(() => drawn.shift() ?? 0)).toEqual([0, 2 ** 31, 2 ** 30, 2 ** 32 - 1])
  })
})

describe('digests', () => {
  it('are of the UTF-8 text', () => {
    expect(hashText('MD5', 'ñ')).toBe('94e9342ecbb1458b6043ecd3bfcbc192')
    expect(hashText('SHA-384', 'Hello')).toMatch(/^3519fe5ad2c596ef/)
    expect(hashText('SHA-512', 'Hello')).toMatch(/^3615f80c9d293ed7/)
    expect(hashText('SHA-256', '')).toMatch(/^e3b0c44298fc1c14/)
  })

  it('know their names exactly', () => {
    expect(isHashAlgorithm('SHA-1')).toBe(true)
    for (const name of ['sha-1', 'SHA1', 'SHA3-256', 'toString', '']) expect(isHashAlgorithm(name)).toBe(false)
  })
})
