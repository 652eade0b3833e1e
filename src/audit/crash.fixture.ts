/**
 * A process that appends, seals and signs until it is killed, and prints a line for each record whose append was
 * acknowledged. Its argument is the data folder.
 */
import { getRandomValues } from 'node:crypto'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import { appendRecord } from './append.ts'
import { openTrail } from './trail.ts'

const folder = process.argv[2] ?? ''
const clock = new VirtualClock()
const store = openStore({ path: join(folder, 'holdfast.sqlite'), clock, logger: silentLogger })
const randomBytes = (length: number): Uint8Array => getRandomValues(new Uint8Array(length))
const trail = openTrail({ store, clock, logger: silentLogger, randomBytes, folder })
const actor = { type: 'user', id: 'ada', via: 'api' } as const

for (let round = 0; ; round++) {
  const appends = Array.from({ length: 10 }, (_, index) =>
    store
      .write((tx) => {
        const subject = { type: 'execution', id: `${process.pid}-${round}-${index}` }
        appendRecord(tx, { at: clock.now(), actor, action: 'execution.start', subject })
      })
      .then(() => writeSync(1, '.\n')),
  )
  await Promise.all([...appends, trail.seal(), round % 3 === 0 ? trail.signHead() : undefined])
}
