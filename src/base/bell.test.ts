import { describe, expect, it } from 'vitest'
import { Bell } from './bell.ts'

const isOver = async (waiting: Promise<void>): Promise<boolean> =>
  Promise.race([waiting.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])

describe('a bell', () => {
  it('wakes who waits, and lets nobody wait who has missed it', async () => {
    const bell = new Bell(new AbortController().signal)
    const waiting = bell.rung()
    expect(await isOver(waiting)).toBe(false)
    bell.ring()
    expect(await isOver(waiting)).toBe(true)
    bell.ring()
    expect(await isOver(bell.rung())).toBe(true)
  })

  it('rings once for all rings between two looks', async () => {
    const bell = new Bell(new AbortController().signal)
    bell.ring()
    bell.ring()
    await bell.rung()
    expect(await isOver(bell.rung())).toBe(false)
  })

  it('rings when the signal fires, and after it always', async () => {
    const leaving = new AbortController()
    const bell = new Bell(leaving.signal)
    const waiting = bell.rung()
    leaving.abort()
    expect(await isOver(waiting)).toBe(true)
    expect(await isOver(bell.rung())).toBe(true)
    expect(await isOver(bell.rung())).toBe(true)
  })
})
