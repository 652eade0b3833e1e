import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { groundForTests } from './ground.ts'
import { lookAtTheEnd, randomOf } from './kill-often.ts'
import { Ledger } from './ledger.ts'
import {
  atFirst,
  executionName,
  type Image,
  logFile,
  type Rehearsal,
  rehearse,
  type RehearsalOptions,
} from './rehearsal.ts'
import { databaseFile } from './world.ts'

const ground = groundForTests()
const { now, newFolder } = ground

function begin(imageAt: RehearsalOptions['imageAt']): Promise<Rehearsal> {
  return rehearse({ folder: newFolder(), now, outside: atFirst, expressions: ground.expressions, imageAt })
}

/** Another process on what the crash left. */
function goOn(
  { folder, now, outside }: Image,
  imageAt: RehearsalOptions['imageAt'] = () => undefined,
): Promise<Rehearsal> {
  return rehearse({ folder, now, outside, expressions: ground.expressions, imageAt })
}

type End = { readonly name: string; readonly status: number; readonly result: string }

function endsIn(folder: string): readonly End[] {
  const database = new DatabaseSync(join(folder, databaseFile), { readOnly: true })
  const select = `SELECT CASE machine_name WHEN 'main' THEN name ELSE machine_name END AS name, status,
    coalesce(output, error || ': ' || cause) AS result FROM execution`
  const rows = database.prepare(`${select} ORDER BY id`).all()
  database.close()
  return rows.map(({ name, status, result }) => ({ name: `${name}`, status: Number(status), result: `${result}` }))
}

const repeated = '{"order":7,"items":[1,2,3]}'
const paid = `{"order":7,"items":[1,2,3],"paid":${repeated}}`
const flaky = `{"order":7,"items":[1,2,3],"paid":${repeated},"flaky":${paid}}`
const all = `{"order":7,"items":[1,2,3],"paid":${repeated},"flaky":${paid},"both":[${flaky},"done"],"each":[1,2,3],"child":{"output":{"n":1}},"desk":"done"}`
const rightEnds: readonly End[] = [
  { name: executionName, status: 1, result: `{"heads":80000,"all":${all}}` },
  { name: 'child', status: 1, result: '{"n":1}' },
]

async function expectRightEnd(folder: string, ledger: Ledger): Promise<void> {
  expect(ledger.problems).toEqual([])
  expect(ledger.open).toBe(0)
  expect(endsIn(folder)).toEqual(rightEnds)
  const { problems, trailRecords } = await lookAtTheEnd(folder)
  expect(problems).toEqual([])
  expect(trailRecords).toBeGreaterThanOrEqual(2 * rightEnds.length)
}

describe('a crash at a boundary', () => {
  it('harms nothing, whichever of all boundaries of a run it is', { timeout: 120_000 }, async () => {
    const { images, boundaries, errors } = await begin(newFolder)
    expect(errors).toEqual([])
    expect(images).toHaveLength(boundaries)
    expect(new Set(images.map(({ boundary }) => boundary.kind))).toEqual(
      new Set(['committing', 'committed', 'called', 'told']),
    )
    for (const image of images) {
      const ledger = new Ledger()
      ledger.close(image.folder, image.life)
      const { life, errors } = await goOn(image)
      ledger.close(image.folder, life)
      expect({ at: image.boundary, errors }).toEqual({ at: image.boundary, errors: [] })
      await expectRightEnd(image.folder, ledger)
    }
  })

  it('harms nothing when power was lost before the sync, and the end of the log is torn', async () => {
    const random = randomOf(7)
    const { images } = await begin(({ kind }) => (kind === 'committed' ? newFolder() : undefined))
    // Of the transaction that this boundary committed nobody has been told anything yet.
    const written = images.filter(({ folder, logBytesBefore }) => statSync(join(folder, logFile)).size > logBytesBefore)
    expect(written.length).toBeGreaterThan(20)
    for (const image of written) {
      const file = join(image.folder, logFile)
      const lost = statSync(file).size - image.logBytesBefore
      truncateSync(file, image.logBytesBefore + Math.floor(random() * lost))
      const ledger = new Ledger()
      ledger.close(image.folder, image.life)
      const { life, errors } = await goOn(image)
      expect(errors).toEqual([])
      ledger.close(image.folder, life)
      await expectRightEnd(image.folder, ledger)
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('harms nothing when recovering crashes again and again (seed %i)', async (seed) => {
    const random = randomOf(seed)
    const ledger = new Ledger()
    /** One image, at the boundary that chance says: most often early, in the midst of recovering. */
    const soon = (): RehearsalOptions['imageAt'] => {
      const at = 1 + Math.floor(random() * random() * 50)
      return ({ number }) => (number === at ? newFolder() : undefined)
    }
    let crashes = 0
    let last = await begin(soon())
    for (let image = last.images[0]; image !== undefined && crashes < 12; image = last.images[0]) {
      crashes++
      ledger.close(image.folder, image.life)
      last = await goOn(image, soon())
      expect(last.errors).toEqual([])
      if (last.images.length > 0) continue
      ledger.close(image.folder, last.life)
      await expectRightEnd(image.folder, ledger)
    }
    expect(crashes).toBeGreaterThan(0)
  })
})
