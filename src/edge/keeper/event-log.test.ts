import { expect, it } from 'vitest'
import { EventLog } from './event-log.ts'

const filled = (count: number) => {
  const log = new EventLog(() => 5, 100)
  for (let at = 0; at < count; at++) log.add({ kind: 'worker_left', pid: at })
  return log
}

it('continues where a reader was', () => {
  expect(
    filled(3)
      .since(101)
      .map(({ id }) => id),
  ).toEqual([102, 103])
  expect(filled(3).since(103)).toEqual([])
})

it('says what a reader has missed', () => {
  const log = filled(1200)
  const [first, second] = log.since(150)
  expect(first).toMatchObject({ kind: 'missed', until: 300 })
  expect(second).toMatchObject({ id: 301 })
  expect(filled(2).since(7)[0]).toMatchObject({ kind: 'missed', until: 100 })
})

it('tells listeners until they stop', () => {
  const log = filled(0)
  let told = 0
  const stop = log.listen(() => told++)
  log.add({ kind: 'worker_left', pid: 1 })
  stop()
  log.add({ kind: 'worker_left', pid: 1 })
  expect(told).toBe(1)
})
