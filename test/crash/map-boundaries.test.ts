import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { groundForTests } from './ground.ts'
import { lookAtTheEnd, randomOf } from './kill-often.ts'
import { Ledger } from './ledger.ts'
import { everyItem, everyItemInput } from './machines.ts'
import { atFirst, type Play, type Rehearsal, rehearse, type RehearsalOptions } from './rehearsal.ts'
import { databaseFile, installMachine } from './world.ts'

const ground = groundForTests()
const { now, newFolder } = ground

type Type = 'STANDARD' | 'EXPRESS'

const playOf = (type: Type): Play => ({
  input: everyItemInput,
  install: async (engine) => void (await installMachine(engine, 'main', everyItem(type))),
})

function rowsIn(folder: string, sql: string): readonly object[] {
  const database = new DatabaseSync(join(folder, databaseFile), { readOnly: true })
  const rows = database.prepare(sql).all()
  database.close()
  return rows.map((row) => ({ ...row }))
}

const childrenIn = (folder: string, which = ''): readonly object[] =>
  rowsIn(
    folder,
    `SELECT map_index AS at, id, name, status, input, output, error, stopped_at FROM execution
     WHERE map_run_id IS NOT NULL ${which} ORDER BY map_index`,
  )

const ended = { status: 1, error: null }
const batches = [
  { ...ended, at: 0, input: '{"Items":[1,2]}', output: '[1,2]' },
  { at: 1, input: '{"Items":[3,4]}', status: 2, output: null, error: 'Broken' },
  { ...ended, at: 2, input: '{"Items":[5,6]}', output: '[5,6]' },
  { ...ended, at: 3, input: '{"Items":[7]}', output: '[7]' },
]
const counts = {
  ...{ status: 1, open: 0, error: null, total: 4, total_items: 7, started: 4, started_items: 7, running: 0 },
  ...{ succeeded: 3, succeeded_items: 5, failed: 1, failed_items: 2, aborted: 0, written: 4, written_items: 7 },
}

async function expectRightEnd({ objects, errors }: Rehearsal, folder: string, ledger: Ledger): Promise<void> {
  expect(errors).toEqual([])
  expect(ledger.problems).toEqual([])
  expect(ledger.open).toBe(0)
  expect(childrenIn(folder)).toMatchObject(batches)
  expect(rowsIn(folder, `SELECT ${Object.keys(counts).join(', ')} FROM map_run`)).toEqual([counts])
  const [{ key }] = rowsIn(folder, "SELECT output ->> 'at' AS key FROM execution WHERE map_run_id IS NULL") as [
    { key: string },
  ]
  const written = (name: string): unknown => JSON.parse(String(objects.get(key.replace('manifest', name))))
  expect(written('SUCCEEDED_0')).toEqual([1, 2, 5, 6, 7])
  expect(written('FAILED_0')).toMatchObject([{ Input: '{"Items":[3,4]}', Status: 'FAILED', Error: 'Broken' }])
  expect(written('manifest')).toMatchObject({ ResultFiles: { FAILED: [{}], PENDING: [], SUCCEEDED: [{}] } })
  expect([...objects.keys()]).toHaveLength(3)
  expect((await lookAtTheEnd(folder)).problems).toEqual([])
}

describe.each(['STANDARD', 'EXPRESS'] as const)('a crash amid a Map Run with %s children', (type) => {
  const play = playOf(type)
  const begin = (imageAt: RehearsalOptions['imageAt']): Promise<Rehearsal & { readonly folder: string }> =>
    goOn({ folder: newFolder(), now, outside: atFirst }, imageAt)

  async function goOn(
    { folder, now, outside }: Pick<RehearsalOptions, 'folder' | 'now' | 'outside'>,
    imageAt: RehearsalOptions['imageAt'] = () => undefined,
  ): Promise<Rehearsal & { readonly folder: string }> {
    const { life, images, boundaries, objects, errors } = await rehearse({
      ...{ play, folder, now, outside, expressions: ground.expressions, imageAt },
    })
    return { life, images, boundaries, objects, errors, folder }
  }

  it('harms nothing, whichever of all boundaries it is', { timeout: 120_000 }, async () => {
    const { images, errors } = await begin(newFolder)
    expect(errors).toEqual([])
    expect(images.length).toBeGreaterThan(30)
    for (const image of images) {
      const ledger = new Ledger()
      ledger.close(image.folder, image.life)
      const recorded = childrenIn(image.folder, 'AND status <> 0')
      const last = await goOn(image)
      ledger.close(image.folder, last.life)
      // Nothing that was recorded is recorded again.
      expect(childrenIn(image.folder)).toEqual(expect.arrayContaining([...recorded]))
      await expectRightEnd(last, image.folder, ledger)
    }
  })

  it.each([1, 2, 3, 4])('harms nothing when recovering crashes again and again (seed %i)', async (seed) => {
    const random = randomOf(seed)
    const ledger = new Ledger()
    const soon = (): RehearsalOptions['imageAt'] => {
      const at = 1 + Math.floor(random() * random() * 30)
      return ({ number }) => (number === at ? newFolder() : undefined)
    }
    let crashes = 0
    let last = await begin(soon())
    for (let image = last.images[0]; image !== undefined && crashes < 12; image = last.images[0]) {
      crashes++
      ledger.close(image.folder, image.life)
      last = await goOn(image, soon())
      if (last.images.length > 0) continue
      ledger.close(image.folder, last.life)
      await expectRightEnd(last, image.folder, ledger)
    }
    expect(crashes).toBeGreaterThan(0)
  })
})
