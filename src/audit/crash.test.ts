import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openTrailWorld } from './trail-world.ts'

/** Appends and seals in a process of its own until so many records were acknowledged. @returns how many were */
async function runUntilKilled(folder: string, atLeast: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.fixture.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  let acknowledged = 0
  child.stdout.on('data', (chunk: Buffer) => {
    acknowledged += chunk.toString().split('\n').length - 1
    if (acknowledged >= atLeast) child.kill('SIGKILL')
  })
  expect(await gone).toEqual([null, 'SIGKILL'])
  return acknowledged
}

// The process that is killed opens the file by itself: what holds on PostgreSQL is killed in test/crash/nodes.
it.skipIf(process.env['HOLDFAST_TEST_STORE'] === 'postgres')(
  'seals every acknowledged record once, in one unbroken chain, over kill -9',
  async () => {
    const first = openTrailWorld()
    await first.store.close()
    let acknowledged = 0
    for (const atLeast of [1, 33, 150]) acknowledged += await runUntilKilled(first.folder, atLeast)

    const world = first.inSameFolder()
    while ((await world.trail.seal()) > 0);
    await world.trail.signHead()
    const verification = await world.trail.verify()
    expect(verification).toMatchObject({ ok: true, unsealedRecords: 0, signedThrough: verification.to })
    const records = await world.all()
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1))
    expect(new Set(records.map(({ subject }) => subject.id)).size).toBe(records.length)
    // A commit may outrun its acknowledgement, never the other way round.
    expect(records.length).toBeGreaterThanOrEqual(acknowledged)
    expect(acknowledged).toBeGreaterThanOrEqual(184)
    await world.end()
  },
)
