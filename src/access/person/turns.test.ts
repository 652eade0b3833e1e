import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

/** Work that ends when the test says so. */
function openWork() {
  const ends: (() => void)[] = []
  let [running, most] = [0, 0]
  const work = async (): Promise<string> => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => ends.push(resolve))
    running--
    return 'done'
  }
  return { ends, work, most: () => most }
}

describe('turns', () => {
  it('let so many run at once, then the next in the order they came', async () => {
    const turns = new Turns({ atOnce: 2, waiting: 10 })
    const { ends, work, most } = openWork()
    const order: number[] = []
    const all = Array.from({ length: 6 }, async (_, at) => {
      await turns.take(work)
      order.push(at)
    })
    for (let ended = 0; ended < 6; ended++) {
      await expect.poll(() => ends.length).toBeGreaterThan(ended)
      ends[ended]?.()
    }
    await Promise.all(all)
    expect({ most: most(), order }).toEqual({ most: 2, order: [0, 1, 2, 3, 4, 5] })
  })

  it('refuse whoever comes when enough wait, and go on after work that failed', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1 })
    const { ends, work } = openWork()
    const [first, second] = [turns.take(work), turns.take(async () => Promise.reject(new Error('broken')))]
    await expect(turns.take(work)).rejects.toMatchObject({ code: 'access.sign_in_busy', retryable: true })
    ends[0]?.()
    await expect(first).resolves.toBe('done')
    await expect(second).rejects.toThrow('broken')
    const third = turns.take(work)
    await expect.poll(() => ends.length).toBe(2)
    ends[1]?.()
    await expect(third).resolves.toBe('done')
  })
})
