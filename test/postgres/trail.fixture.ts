/**
 * A process that appends, seals and signs on a database that others use too, until it is killed; it prints the id of each record whose
 * append was acknowledged. Its arguments are the database and the data folder.
 */
import { getRandomValues } from 'node:crypto'
import { writeSync } from 'node:fs'
import { appendRecord, openTrail } from '../../src/audit/index.ts'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { openPostgres } from '../../src/store/index.ts'

const [, , url = '', folder = ''] = process.argv
const clock = new VirtualClock()
const store = openPostgres({ url, clock, logger: silentLogger })
const randomBytes = (length: number): Uint8Array => getRandomValues(new Uint8Array(length))
const trail = openTrail({ store, clock, logger: silentLogger, randomBytes, folder })
const actor = { type: 'user', id: 'ada', via: 'api' } as const

for (let round = 0; ; round++) {
  const appends = Array.from({ length: 10 }, (_, index) => {
    const subject = { type: 'execution', id: `${process.pid}-${round}-${index}` }
    const append = store.write(
      (tx) => appendRecord(tx, { at: clock.now(), actor, action: 'execution.start', subject }),
      { concurrent: true },
    )
    return append.then(() => writeSync(1, `${subject.id}\n`))
  })
  await Promise.all([...appends, trail.seal(), round % 3 === 0 ? trail.signHead() : undefined])
}
