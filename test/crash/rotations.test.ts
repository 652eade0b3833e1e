import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { randomOf } from './kill-often.ts'
import { killRotations } from './rotations.ts'

// The process that is killed opens the file by itself.
it.skipIf(process.env['HOLDFAST_TEST_STORE'] === 'postgres')(
  'rotations of the sealing keys lose nothing over kill -9, and the next one ends what was begun',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    const random = randomOf(7)
    const { problems, halfDone } = await killRotations({ folder, kills: 3, connections: 120, random })
    expect(problems).toEqual([])
    expect(halfDone).toBeGreaterThan(0)
    rmSync(folder, { recursive: true })
  },
)
