import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { VirtualClock } from '../base/index.ts'
import { fileNameOf, openHistoryLog } from './history-log.ts'

const dayMs = 86_400_000
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-history-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const unexpected = (error: unknown): never => {
  throw error
}

it('each log group has a file a day of its own, and only its own old files go', () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const log = openHistoryLog({ dataFolder: folder, clock, keptForMs: 2 * dayMs, onFailure: unexpected })
  log.write('/aws/states/order', 'one\ntwo\n')
  log.write('/aws/states/order-late', 'three\n')
  const files = (): readonly string[] => readdirSync(join(folder, 'logs/groups'))
  expect(files()).toEqual(['~aws~states~order-2026-01-01.jsonl', '~aws~states~order-late-2026-01-01.jsonl'])
  expect(readFileSync(join(folder, 'logs/groups/~aws~states~order-2026-01-01.jsonl'), 'utf8')).toBe('one\ntwo\n')
  clock.advanceBy(10 * dayMs)
  log.write('/aws/states/order', 'four\n')
  expect(files()).toEqual(['~aws~states~order-2026-01-11.jsonl', '~aws~states~order-late-2026-01-01.jsonl'])
})

it('no name leads out of the folder, and long ones stay apart', () => {
  expect(fileNameOf('../../etc/passwd')).toBe('..~..~etc~passwd')
  const long = 'a'.repeat(500)
  expect(fileNameOf(`${long}/b`)).not.toBe(fileNameOf(`${long}/c`))
  expect(fileNameOf(`${long}/b`).length).toBeLessThan(230)
})
