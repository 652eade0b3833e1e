import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTrailWorld, type TrailWorld } from './trail-world.ts'
import { verifyExport } from './verify-export.ts'

let world: TrailWorld
beforeEach(() => {
  world = openTrailWorld()
})
afterEach(() => world.end())

async function exported(range = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const line of world.trail.exportWithProof(range)) lines.push(line.trimEnd())
  return lines
}

const written = async (count: number): Promise<string[]> => {
  await world.append(count)
  await world.trail.seal()
  await world.trail.signHead()
  return exported()
}

describe('an export', () => {
  it('proves itself without the database, and names the key that signed it', async () => {
    const lines = await written(5)
    expect(lines).toHaveLength(7)
    expect(verifyExport(lines)).toEqual({
      ...{ ok: true, from: 1, to: 5, checkedRecords: 5, signedThrough: 5 },
      keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })

  it('of a part stands on the hash before it', async () => {
    await written(5)
    expect(verifyExport(await exported({ from: 3, to: 5 }))).toMatchObject({
      ok: true,
      from: 3,
      to: 5,
      checkedRecords: 3,
    })
    expect(verifyExport(await exported({ to: 3 }))).toMatchObject({ ok: true, to: 3, signedThrough: 0 })
  })

  it.each([
    [
      'a changed record',
      (lines: string[]) => lines.map((line, n) => (n === 2 ? line.replace('subject-3', 'subject-9') : line)),
      3,
      'changed',
    ],
    ['a record left out', (lines: string[]) => lines.filter((_, n) => n !== 2), 3, 'missing'],
    [
      'a record with a member more',
      (lines: string[]) => lines.map((line, n) => (n === 1 ? line.replace('{', '{"x":1,') : line)),
      2,
      'changed',
    ],
    [
      'a head of another key',
      (lines: string[]) => lines.map((line) => line.replace(/("signature":"..)../, '$1AA')),
      5,
      'forged',
    ],
    ['a line that is none', (lines: string[]) => ['nonsense', ...lines], 1, 'changed'],
  ] as const)('with %s is found out, with the place', async (_what, tamper, seq, reason) => {
    expect(verifyExport(tamper(await written(5)))).toMatchObject({ ok: false, broken: { seq, reason } })
  })
})
