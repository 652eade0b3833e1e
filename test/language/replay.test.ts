/** Thousands of random machines under random events: what holds for all of them. */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { eventTypes } from '../../src/engine/history/event-types.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { RandomRun } from './random-run.ts'
import { Tape } from './tape.ts'

// A longer search: HOLDFAST_PROPERTY_RUNS=100000 HOLDFAST_PROPERTY_SEED=random npx vitest run test/language
const numRuns = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 1200)
const expressions = createExpressions()
afterAll(() => expressions.close())

describe('any execution', () => {
  const seen = new Set<string>()
  let late = 0
  let cuts = 0
  let redrives = 0
  let children = 0

  it('keeps its laws at every step, is moved by no late event, and is rebuilt from the events in its stored history', () => {
    const property = fc.property(fc.uint8Array({ minLength: 250, maxLength: 700 }), (numbers) => {
      const run = new RandomRun(new Tape([...numbers]), expressions)
      try {
        run.run()
        run.replay()
      } catch (error) {
        throw new Error(`${String(error)}\n${run.describe()}`, { cause: error })
      }
      for (const { type } of run.history) seen.add(type)
      late += run.lateEvents
      cuts += run.cuts
      redrives += run.redrives
      children += run.children
    })
    fc.assert(property, { numRuns })
  }, 3_600_000)

  it('was of every kind: all types of history events, late events, cut steps, redrives and children occurred', () => {
    expect([...seen].toSorted()).toEqual([...eventTypes].toSorted())
    expect(late).toBeGreaterThan(numRuns)
    expect(cuts).toBeGreaterThan(0)
    expect(redrives).toBeGreaterThan(numRuns / 10)
    expect(children).toBeGreaterThan(numRuns / 10)
  })
})
