import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { killOften, momentInWork, randomOf } from './kill-often.ts'
import { resumeAfterKill } from './resume.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  folders.push(folder)
  return folder
}

describe('kill -9 under load', () => {
  it(
    'loses no acknowledged execution, repeats no recorded step, and everything ends',
    { timeout: 120_000 },
    async () => {
      const random = randomOf(20_260_101)
      const moments = [
        { after: 'opened', lines: 1 },
        ...Array.from({ length: 8 }, () => momentInWork(random, 200)),
        { after: 'resumed', lines: 1 },
      ]
      const report = await killOften({ folder: newFolder(), inFlight: 100, moments })
      expect(report.problems).toEqual([])
      expect(report).toMatchObject({ kills: 10, openAtTheEnd: 0 })
      expect(report.totals.started).toBeGreaterThan(0)
      // Each start and each end is a record, and the machine's creation.
      expect(report.trailRecords).toBe(2 * report.totals.executions + 1)
      expect(report.totals.events).toBe(52 * report.totals.executions)
    },
  )

  it('makes every call again that was under way', { timeout: 60_000 }, async () => {
    const report = await resumeAfterKill(newFolder(), 200)
    expect(report.problems).toEqual([])
    expect(report).toMatchObject({ inFlight: 200, resumed: 200, madeAgain: 200, open: 0 })
  })
})
