/** This machine's edge as its agent launches it, found again when it runs already, and stopped when everything is. */
import { join } from 'node:path'
import { type Clock, HoldfastError } from '../base/index.ts'
import { type Edge, EdgeClient, launchEdge, type Launcher } from '../edge/index.ts'
import type { EdgeSource } from '../host/index.ts'
import type { AgentStatus } from './agent-door.ts'
import { portHolder } from './port-holder.ts'

export type LocalEdgeEvent =
  | { readonly kind: 'edge-open'; readonly port: number }
  /** It is tried again; told once for each reason. */
  | { readonly kind: 'edge-failed'; readonly error: unknown }

export type LocalEdgeOptions = {
  readonly folder: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly launcher: Launcher
  readonly clock: Clock
  readonly on: (event: LocalEdgeEvent) => void
}

type LocalEdgeFailure = Omit<Extract<AgentStatus['edge'], { readonly state: 'failed' }>, 'state'>

/** What has begun may end. */
const drainMs = 10_000

export class LocalEdge implements EdgeSource {
  readonly #options: LocalEdgeOptions
  #port: number | undefined
  #keeper: number | undefined
  #failure: LocalEdgeFailure | undefined
  #isStopped = false

  constructor(options: LocalEdgeOptions) {
    this.#options = options
  }

  async open(): Promise<Edge> {
    if (this.#isStopped) throw new Error('the edge was told to stop')
    const { folder, listen, launcher, clock, on } = this.#options
    try {
      const settings = { listeners: [{ name: 'http', ...listen }] }
      const edge = await launchEdge({ folder, settings, launcher, clock })
      const { listeners, keeper } = await edge.status()
      const port = listeners[0]?.port ?? listen.port
      // Not when it is merely followed again.
      const isNews = port !== this.#port || keeper.pid !== this.#keeper || this.#failure !== undefined
      this.#keeper = keeper.pid
      this.#port = port
      this.#failure = undefined
      if (isNews) on({ kind: 'edge-open', port })
      return edge
    } catch (fault) {
      const error = forPerson(fault, listen)
      const failure = describe(error)
      if (this.#failure?.message !== failure.message) on({ kind: 'edge-failed', error })
      this.#failure = failure
      throw error
    }
  }

  /** As others reach it; undefined before it runs. */
  url(address: string): { readonly url: string } | undefined {
    return this.#port === undefined ? undefined : { url: `http://${address}:${this.#port}` }
  }

  state(address: string): AgentStatus['edge'] {
    if (this.#failure !== undefined) return { state: 'failed', ...this.#failure }
    const open = this.url(address)
    return open === undefined ? { state: 'starting' } : { state: 'open', ...open }
  }

  /** What is under way may end. Whether one ran. */
  stop(): Promise<boolean> {
    this.#isStopped = true
    return stopEdgeIn(this.#options.folder, this.#options.clock)
  }
}

/** The edge of this folder, if one runs: also when its agent does not. Its processes are gone when this returns. */
export async function stopEdgeIn(folder: string, clock: Clock): Promise<boolean> {
  const client = new EdgeClient({ socketPath: join(folder, 'admin.sock'), clock })
  const status = await client.status().catch(() => undefined)
  // Nobody answers: none runs.
  if (status === undefined) return false
  await client.stop({ withinMs: drainMs })
  const until = clock.now() + goneMs
  const processes = [status.keeper.pid, ...status.workers.map(({ pid }) => pid)]
  while (processes.some(isAlive) && clock.now() < until) {
    await new Promise<void>((resolve) => clock.alarm(clock.now() + lookEveryMs, resolve))
  }
  return true
}

/** It has answered, and ends. Longer than that it is not waited for: the number may be another's by then. */
const goneMs = 2_000
const lookEveryMs = 10

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // Nobody has this number, or somebody else has.
    return false
  }
}

/** What the edge knows as a listener's fault is, for a person, a port, whoever has it, and an option of the command. */
function forPerson(error: unknown, { host, port }: LocalEdgeOptions['listen']): unknown {
  if (!(error instanceof HoldfastError) || error.code !== 'edge.port_taken') return error
  const holder = portHolder(port)
  const who = holder === undefined ? 'another process' : `process ${holder}`
  const see = holder === undefined ? ` (ss -ltnp 'sport = :${port}' shows it)` : ''
  return new HoldfastError(error.code, `The edge cannot listen on ${host}, port ${port}: ${who} listens there`, {
    kind: error.kind,
    place: `port ${port}`,
    repair: `choose another port with --edge-port, or stop ${who}${see}`,
    cause: error,
  })
}

function describe(error: unknown): LocalEdgeFailure {
  if (!(error instanceof HoldfastError)) return { message: error instanceof Error ? error.message : String(error) }
  const { code, message, repair } = error
  return { code, message, ...(repair === undefined ? {} : { repair }) }
}
