/** The agent is killed in the middle of a call of a deployment, and comes back in time, or late. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from './case.ts'
import { begunBy, endOf, type Ran, type System } from './system.ts'

/** Paused before its first start, the agent held, resumed: so that it dies with the order in its hands. */
async function killedInStart(
  system: System,
  version: string,
  more: object,
): Promise<Awaited<ReturnType<typeof begin>>> {
  const begun = await begin(system, version, more)
  const { agentPid } = system
  process.kill(agentPid, 'SIGSTOP')
  await system.client.call(`POST /v1/deployments/${begun.id}/resume`)
  await system.until(begun.id, ({ calls }) => calls.some(({ stage, status }) => stage.startsWith('Start') && status === 'intended')) // prettier-ignore
  process.kill(agentPid, 'SIGKILL')
  return begun
}

async function begin(system: System, version: string, more: object) {
  const gate = join(system.folder, 'agent-gate')
  if (!existsSync(gate)) writeFileSync(gate, '')
  const artifact = { folder: system.artifact, build: { command: `while [ -e '${gate}' ]; do sleep 0.05; done` } }
  const program = system.start(['deploy', system.file(version, {}, { artifact, ...more }), '--json'])
  const id = await begunBy(program)
  await system.until(id, ({ state }) => state === 'Prepare')
  await system.client.call(`POST /v1/deployments/${id}/pause`)
  rmSync(gate)
  await system.until(id, ({ status }) => status === 'paused')
  return { id, program }
}

export const slowStart: readonly Case[] = [
  {
    name: 'slow start, within its timeout',
    expected: { exit: 0, says: [/deployed/], share: 1, becomes: 'new' },
    run: (system, version) => system.deploy(system.file(version, { BOOT_MS: '1500', BEHAVIOUR: 'deaf' })),
  },
]

export const agentGone: readonly Case[] = [
  {
    name: 'agent gone for good, and its host back after the end',
    expected: {
      ...{ exit: 1, class: 'platform', state: 'Start', mender: 'operator' },
      says: [/agent/, /away/],
    },
    run: async (system, version): Promise<Ran> => {
      const { id, program } = await killedInStart(system, version, { timeout: '4s' })
      await system.until(id, ({ state }) => state === 'Compensate')
      await system.startAgent()
      return endOf(program)
    },
  },
  {
    name: 'agent gone and back in time',
    expected: { exit: 0, says: [/"status":"succeeded"/], share: 1, becomes: 'new' },
    run: async (system, version): Promise<Ran> => {
      const { program } = await killedInStart(system, version, {})
      await system.startAgent()
      return endOf(program)
    },
  },
]
