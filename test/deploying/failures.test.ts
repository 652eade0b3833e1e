/**
 * Each way in which a deployment fails, for real: control plane, agent, edge and applications as processes, told by the command
 * line, while visitors ask all the time. `node scripts/run.js test/deploying/failures/table.ts` prints what came as a table.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentGone, slowStart } from './failures/agent-gone.ts'
import { type Case, runCase } from './failures/case.ts'
import { failing } from './failures/failing.ts'
import { halts } from './failures/halted.ts'
import { refused } from './failures/refused.ts'
import { System } from './failures/system.ts'

const patienceMs = 120_000

let system: System
beforeAll(async () => {
  system = new System()
  await system.begin()
}, patienceMs)
afterAll(() => system.end(), patienceMs)

function tried(cases: readonly Case[]): void {
  it.each(cases)('$name', { timeout: patienceMs }, async (one) => {
    const reason = one.skip?.(system)
    if (reason !== undefined) return console.error(`${one.name} was not tried: ${reason}`)
    const { faults, says } = await runCase(system, one)
    expect({ says, faults }).toEqual({ says, faults: [] })
  })
}

describe('what is refused touches nothing', () => {
  tried(refused)
})

describe('what fails is taken back, says why and who mends it', () => {
  tried(failing)
})

describe('what is slow, and no more,', () => {
  tried(slowStart)
})
describe('an agent that is killed with an order in its hands', () => {
  tried(agentGone)
})
describe('what is halted is taken back from every state', () => {
  tried(halts)
})

describe('told to stop everything', () => {
  it('leaves no process', { timeout: patienceMs }, async () => {
    expect(await system.end()).toEqual([])
  })
})
