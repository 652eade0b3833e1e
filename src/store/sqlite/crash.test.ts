import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { byHand, openStore } from '../index.ts'

/** Lets a process write until it has acknowledged so many pairs, and kills it in the midst. */
async function writeUntilKilled(path: string, from: number, acknowledgedAtLeast: number): Promise<number[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.fixture.ts'), path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.split('\n').length > acknowledgedAtLeast) child.kill('SIGKILL')
  })
  expect(await gone).toEqual([null, 'SIGKILL'])
  // What follows the last line end is half a line.
  return said.split('\n').slice(0, -1).map(Number)
}

it('loses nothing it acknowledged and keeps no half of a closure over kill -9', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const path = join(folder, 'holdfast.sqlite')
  const acknowledged: number[] = []
  for (const atLeast of [1, 77, 400]) {
    acknowledged.push(...(await writeUntilKilled(path, acknowledged.length * 1000, atLeast)))
  }
  const store = openStore({
    path,
    clock: new VirtualClock(),
    logger: silentLogger,
    schedule: byHand,
    migrations: [{ number: 1, name: '0001-pair', sql: 'CREATE TABLE half (pair INTEGER, side TEXT) STRICT' }],
  })
  const stored = new Map(
    store.read
      .all<{ pair: number; sides: string }>(
        "SELECT pair, group_concat(side, '+' ORDER BY rowid) AS sides FROM half GROUP BY pair",
      )
      .map(({ pair, sides }) => [pair, sides]),
  )
  expect(acknowledged.length).toBeGreaterThanOrEqual(478)
  expect(acknowledged.filter((pair) => !stored.has(pair))).toEqual([])
  expect(new Set(stored.values())).toEqual(new Set(['left+right']))
  expect(store.read.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
  await store.close()
  rmSync(folder, { recursive: true })
})
