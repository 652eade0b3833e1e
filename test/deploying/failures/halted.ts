/** Halts: in every state on the way forward, with something of it under way wherever that can be held. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, Expected } from './case.ts'
import type { Sent } from './proxy.ts'
import { begunBy, type Described, endOf, idIn, type More, type Ran, type Service, type System } from './system.ts'

type Deployed = {
  readonly environment?: Readonly<Record<string, string>>
  readonly more?: More
  readonly service?: Service
}

const reason = 'an alarm'

const halt = (system: System, id: string) => system.client.call(`POST /v1/deployments/${id}/halt`, { reason })

/** Halts it when it is as wanted, and lets go of what held it there. */
async function haltedWhen(
  system: System,
  file: string,
  isThere: (deployment: Described) => boolean,
  letGo: () => void = () => {},
): Promise<Ran> {
  const program = system.start(['deploy', file, '--json'])
  const id = await begunBy(program)
  await system.until(id, isThere)
  await halt(system, id)
  letGo()
  return endOf(program)
}

const isIn = (state: string) => (deployment: Described) => deployment.state === state

/** Waits for as long as the file is there, in whatever it stands. */
const waiting = (file: string): string => `while [ -e '${file}' ]; do sleep 0.05; done`

function gateOf(system: System): string {
  const gate = join(system.folder, 'gate')
  if (!existsSync(gate)) writeFileSync(gate, '')
  return gate
}

/** Paused before its first call, the agent stopped, resumed: so it hangs in the state that makes the call. */
async function haltedInCall(system: System, version: string, state: string): Promise<Ran> {
  const gate = gateOf(system)
  const artifact = { folder: system.artifact, build: { command: waiting(gate) } }
  const program = system.start(['deploy', system.file(version, {}, { artifact }), '--json'])
  const id = await begunBy(program)
  await system.until(id, isIn('Prepare'))
  await system.client.call(`POST /v1/deployments/${id}/pause`)
  rmSync(gate)
  await system.until(id, ({ status }) => status === 'paused')
  const { agentPid } = system
  process.kill(agentPid, 'SIGSTOP')
  await system.client.call(`POST /v1/deployments/${id}/resume`)
  await system.until(id, isIn(state))
  await halt(system, id)
  process.kill(agentPid, 'SIGCONT')
  return endOf(program)
}

/** The agent is stopped as the deployment begins: so it hangs when it looks at its hosts. */
async function haltedInSurvey(system: System, version: string): Promise<Ran> {
  const { agentPid } = system
  let halting: Promise<unknown> = Promise.resolve()
  const stop = (sent: Sent): Sent => {
    process.kill(agentPid, 'SIGSTOP')
    return sent
  }
  const ran = await system.meddled(system.file(version, {}), stop, async (answer) => {
    const id = idIn(answer) ?? ''
    halting = system
      .until(id, isIn('CheckResources'))
      .then(() => halt(system, id))
      .finally(() => process.kill(agentPid, 'SIGCONT'))
  })
  await halting
  return ran
}

const expected = (state: string | readonly string[], share = 0): Expected => ({
  ...{ exit: 4, class: 'halted', state, share, mender: 'nobody' },
  says: [/an alarm/],
})

const bake = (kind: string) => ({ more: { strategy: { kind, bake: { for: '60s' } } } })
const hook = (moment: string, procedure: string, input: object) => ({
  more: { hooks: { [moment]: [{ procedure, input }] } },
})

const held: readonly (readonly [state: string, deployed: (gate: string) => Deployed, share?: number])[] = [
  ['BeforeHooks', (gate) => hook('before', 'run-command', { command: waiting(gate) })],
  ['CheckHealth', () => ({ environment: { BOOT_MS: '60000' } })],
  ['SmokeTests', () => hook('smoke', 'smoke', { requests: [{ path: '/silent', timeout: '60s' }] })],
  ['Shift', () => ({ environment: { BEHAVIOUR: 'ill-at-the-edge' }, ...bake('one-box') })],
  ['Bake', () => bake('one-box'), 0.1],
  ['Switch', () => ({ environment: { BEHAVIOUR: 'ill-at-the-edge' } })],
  ['Watch', () => bake('all-at-once'), 1],
  ['AfterHooks', (gate) => hook('after', 'run-command', { command: waiting(gate) }), 1],
]

export const halts: readonly Case[] = [
  {
    name: 'halt at once',
    expected: expected(['Validate', 'Lock', 'CheckResources', 'MakeRoom']),
    run: (system, version) =>
      system.meddled(
        system.file(version, {}),
        (sent) => sent,
        (answer) => halt(system, idIn(answer) ?? ''),
      ),
  },
  {
    name: 'halt in CheckResources, while a host does not answer',
    expected: expected('CheckResources'),
    run: haltedInSurvey,
  },
  {
    name: 'halt in Prepare, in the middle of the build',
    expected: expected('Prepare'),
    run: (system, version) => {
      const artifact = { folder: system.artifact, build: { command: waiting(gateOf(system)) } }
      return haltedWhen(system, system.file(version, {}, { artifact }), isIn('Prepare'))
    },
  },
  {
    name: 'halt in Start, in the middle of the call',
    expected: expected('Start'),
    run: (system, version) => haltedInCall(system, version, 'Start'),
  },
  ...held.map(([state, deployed, share]) => ({
    name: `halt in ${state}`,
    expected: expected(state, share),
    run: (system: System, version: string): Promise<Ran> => {
      const { environment = {}, more = {}, service = {} } = deployed(gateOf(system))
      return haltedWhen(system, system.file(version, environment, more, service), isIn(state))
    },
  })),
]
