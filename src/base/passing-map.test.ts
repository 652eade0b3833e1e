import { describe, expect, it } from 'vitest'
import { PassingMap } from './passing-map.ts'

describe('a Map through which entries pass', () => {
  it('keeps those that are there, however many have gone', () => {
    const map = new PassingMap<number, string>()
    map.set(-1, 'stays')
    map.set(0, '0')
    map.set(1, '1')
    for (let i = 2; i < 1000; i++) {
      map.set(i, `${i}`)
      expect(map.get(i - 1)).toBe(`${i - 1}`)
      expect(map.delete(i - 2)).toBe(true)
    }
    expect([map.size, map.keys(), map.values()]).toEqual([3, [-1, 998, 999], ['stays', '998', '999']])
    expect(map.delete(0)).toBe(false)
  })

  it('shows what was there when it was asked', () => {
    const map = new PassingMap<number, number>()
    for (let i = 0; i < 300; i++) map.set(i, i)
    for (const key of map.keys()) map.delete(key)
    expect(map.size).toBe(0)
    map.set(1, 2)
    map.clear()
    expect([map.size, map.get(1)]).toEqual([0, undefined])
  })
})
