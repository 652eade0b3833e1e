/** The agent of this machine as a process of its own, started by `up --with-host` or found when it runs already. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agentFolderOf, type AgentStatus, agentStatus, stopAgent } from '../../app/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { cliError } from '../errors.ts'
import { printable } from '../paint.ts'
import type { World } from '../world.ts'

export type AgentHere = { readonly status: AgentStatus; readonly found: boolean }

export type AgentOrder = {
  readonly dataFolder: string
  readonly edge: { readonly host: string; readonly port: number }
  readonly artifactsFrom?: readonly string[] | undefined
}

const bootMs = 30_000
const lookEveryMs = 50

/**
 * Returns when it is connected and its edge is open, or has said why not. It is in a session of its own: Ctrl-C here does
 * not reach it. Without its port an edge takes no requests: an agent that was started for it ends again.
 * @throws HoldfastError cli.agent_failed, edge.port_taken
 */
export async function agentHere(world: World, order: AgentOrder): Promise<AgentHere> {
  const folder = agentFolderOf(order.dataFolder)
  const running = await agentStatus(folder)
  if (running !== undefined) return { status: await whenReady(world, folder), found: true }
  const logFile = join(folder, 'agent.log')
  const begun = begin(world, { ...order, folder, logFile })
  const status = await comingUp(world, folder, { ...begun, logFile })
  if (status.edge.state === 'failed' && status.edge.code === 'edge.port_taken') {
    await stopAgent(folder)
    const { code, message, repair } = status.edge
    throw new HoldfastError(code, message, { kind: 'conflict', ...(repair === undefined ? {} : { repair }) })
  }
  return { status, found: false }
}

async function comingUp(
  world: World,
  folder: string,
  { sizeBefore, ended, logFile }: Begun & Pick<Beginning, 'logFile'>,
): Promise<AgentStatus> {
  try {
    return await whenReady(world, folder, ended)
  } catch (cause) {
    const said = readFileSync(logFile).subarray(sizeBefore).toString('utf8').trim()
    throw cliError('cli.agent_failed', `The agent of this machine did not come up${said === '' ? '' : `:\n${said}`}`, {
      place: logFile,
      repair: 'mend what its log says; or leave out --with-host and run: holdfast host (with the same --data)',
      cause,
    })
  }
}

type Beginning = AgentOrder & { readonly folder: string; readonly logFile: string }

type Begun = { readonly sizeBefore: number; readonly ended: () => boolean }

function begin(world: World, { dataFolder, edge, artifactsFrom = [], folder, logFile }: Beginning): Begun {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const log = openSync(logFile, 'a', 0o600)
  const { size: sizeBefore } = statSync(logFile)
  const entry = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url))
  const words = ['host', '--data', dataFolder, '--edge-host', edge.host, '--edge-port', String(edge.port)]
  words.push(...artifactsFrom.flatMap((address) => ['--artifacts-from', address]))
  // It finds this server by its folder, whatever is set for the one at the terminal.
  const { HOLDFAST_URL: _url, HOLDFAST_TOKEN: _token, ...environment } = world.environment
  const agent = spawn(process.execPath, [...process.execArgv, entry, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', log, log],
    detached: true,
  })
  let isOver = false
  const end = (): void => void (isOver = true)
  agent.on('error', end)
  agent.on('exit', end)
  agent.unref()
  closeSync(log)
  return { sizeBefore, ended: () => isOver }
}

async function whenReady(world: World, folder: string, ended = (): boolean => false): Promise<AgentStatus> {
  const until = world.now() + bootMs
  for (;;) {
    const status = await agentStatus(folder)
    if (status !== undefined && isSettled(status)) return status
    if (ended()) throw new Error('it ended')
    if (world.now() >= until || world.interrupted.aborted) {
      if (status !== undefined) return status
      throw new Error(`it did not answer within ${bootMs / 1000} s`)
    }
    await world.pause(lookEveryMs)
  }
}

const isSettled = ({ controlPlane, edge }: AgentStatus): boolean =>
  (controlPlane.state === 'connected' || controlPlane.state === 'refused') && edge.state !== 'starting'

/** For the facts that `up` prints. */
export function agentFacts({ status, found }: AgentHere): readonly (readonly [string, string])[] {
  const { controlPlane, edge, instances, pid } = status
  const name = controlPlane.state === 'connected' ? controlPlane.host.name : controlPlane.state
  const running = found ? `, found running with ${instances} instance${instances === 1 ? '' : 's'}` : ''
  return [
    ['host', `${printable(name)}, process ${pid}${running}${trouble(status)}`],
    [
      'edge',
      edge.state === 'open' ? edge.url : edge.state === 'failed' ? `failed: ${printable(edge.message)}` : 'none',
    ],
  ]
}

function trouble({ controlPlane }: AgentStatus): string {
  if (controlPlane.state === 'refused') return `: ${printable(controlPlane.message)}`
  return controlPlane.state === 'lost' ? `: ${printable(controlPlane.reason)}` : ''
}

export function agentAsJson({ status, found }: AgentHere): unknown {
  const { controlPlane, edge, pid } = status
  return { pid, found, controlPlane, edge }
}
