/**
 * Sequences of everything that people can do to get a deployment through, chosen by chance: whatever they do, no call is made before
 * enough others have agreed to exactly its plan. The judge of this test knows which human truly acted, by whatever session or token, keeps its
 * own book and shares no code with the product. FOUR_EYES_SEQUENCES says how many, FOUR_EYES_FIRST where to begin.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { endWorlds, World } from '../world.ts'
import { Sequence } from './four-eyes-sequence.fake.ts'

const sequences = Number(process.env['FOUR_EYES_SEQUENCES'] ?? 15)
const first = Number(process.env['FOUR_EYES_FIRST'] ?? 1)
/** A world is dear; sequences of one share it, each in a place of its own. */
const perWorld = 40

type Found = Sequence['found']

const sum = (all: readonly Found[], member: keyof Found): number => all.reduce((total, one) => total + one[member], 0)

describe('four eyes', () => {
  afterAll(endWorlds)

  it(`are never got around, in ${sequences} sequences`, { timeout: 3_600_000 }, async () => {
    const all: Found[] = []
    for (let begin = 0; begin < sequences; begin += perWorld) {
      const world = await new World().begin()
      const access = world.access()
      for (let index = begin; index < Math.min(begin + perWorld, sequences); index++) {
        const sequence = new Sequence(world, access, first + index)
        try {
          await sequence.play()
        } catch (error) {
          throw new Error(`seed ${first + index}: ${String(error)}`, { cause: error })
        }
        all.push(sequence.found)
      }
      await endWorlds()
    }
    // Otherwise nothing was tried.
    expect(sum(all, 'approved')).toBeGreaterThan(sequences / 5)
    expect(sum(all, 'refused as one')).toBeGreaterThan(sequences / 2)
    expect(sum(all, 'foisted')).toBeGreaterThan(0)
    if (sequences <= 100) return
    for (const member of ['broken', 'reviewed', 'back'] as const) expect(sum(all, member)).toBeGreaterThan(0)
    const told = (['approved', 'broken', 'reviewed', 'free', 'back', 'foisted', 'refused as one'] as const).map(
      (member) => `${sum(all, member)} ${member}`,
    )
    process.stdout.write(`${told.join(', ')}\n`)
  })
})
