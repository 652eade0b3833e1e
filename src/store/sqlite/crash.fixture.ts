/**
 * A process that writes pairs of rows until it is killed: many closures a tick, and a line on its output for each that was
 * acknowledged. Its first argument is the database file, the second the number to begin with.
 */
import { writeSync } from 'node:fs'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { byHand, openStore } from '../index.ts'

const [, , path = '', from = '0'] = process.argv
const store = openStore({
  path,
  clock: new VirtualClock(),
  logger: silentLogger,
  schedule: byHand,
  migrations: [{ number: 1, name: '0001-pair', sql: 'CREATE TABLE half (pair INTEGER, side TEXT) STRICT' }],
})

let next = Number(from)
for (;;) {
  const writes = Array.from({ length: 20 }, () => {
    const pair = next++
    return store
      .write((tx) => {
        for (const side of ['left', 'right']) tx.prepare('INSERT INTO half (pair, side) VALUES (?, ?)').run(pair, side)
      })
      .then(() => writeSync(1, `${pair}\n`))
  })
  await store.tick()
  await Promise.all(writes)
}
