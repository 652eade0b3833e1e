/**
 * The agent of a machine as a process: it supervises what runs there, launches this machine's edge and takes its commands
 * from the control plane. Ending it ends neither the instances nor the edge.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, type Logger, type RandomBytes, ulid } from '../base/index.ts'
import { openDownload } from '../outbound/index.ts'
import { type HostAgent, type HostFacts, openHostAgent, openMachine } from '../host/index.ts'
import { type AgentStatus, openDoor, type StoppedEverything } from './agent-door.ts'
import { ControlPlaneLink, type LinkEvent, type LinkState } from './control-plane-link.ts'
import { dataFoldersOf, type Enrolment, locateControlPlane } from './enrolment.ts'
import { appError } from './errors.ts'
import { LocalEdge, type LocalEdgeEvent, stopEdgeIn } from './local-edge.ts'
import { Shutdown } from './shutdown.ts'
import { stopEverythingOn } from './stop-everything.ts'

export type HostRuntimeOptions = {
  readonly version: string
  /** Everything the agent keeps. */
  readonly folder: string
  readonly enrolment: Enrolment
  /** Replace what was said at its enrolment. */
  readonly zone?: string
  readonly address?: string
  /** Where this machine's edge listens; undefined runs none. */
  readonly edge: { readonly host: string; readonly port: number } | undefined
  /** Addresses, networks and names inside the network that artifacts may be fetched from. Default: none. */
  readonly artifactsFrom?: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
  readonly pid: number
  readonly on: (event: HostRuntimeEvent) => void
}

export type HostRuntimeEvent = LinkEvent | LocalEdgeEvent

export interface HostRuntime {
  readonly folder: string
  status(): Promise<AgentStatus>
  /** Somebody asked for that at its door: nothing goes on. */
  readonly hasStoppedEverything: boolean
  /** Ends the agent, not what runs. The same promise every time. */
  stop(): Promise<void>
  /** Fulfilled when it has ended, whoever asked for it. */
  readonly stopped: Promise<void>
}

const factsEveryMs = 10_000
/** So that there is always one waiting: an urgent command never waits for a request to come. */
const polls = 2

/** @throws HoldfastError store.folder_in_use, app.folder_too_deep, app.platform; then nothing is left open */
export async function startHostRuntime(options: HostRuntimeOptions): Promise<HostRuntime> {
  const shutdown = new Shutdown(options.logger)
  try {
    return await assemble(options, shutdown)
  } catch (error) {
    await shutdown.run()
    throw error
  }
}

async function assemble(options: HostRuntimeOptions, shutdown: Shutdown): Promise<HostRuntime> {
  const { folder, clock, randomBytes, logger, version, pid, zone, address, on } = options
  let tellNow = (): void => {}
  const edge = localEdgeOf({
    ...options,
    on: (event) => {
      on(event)
      tellNow()
    },
  })
  const agent = await openLocalAgent(options, edge)
  shutdown.add('the agent', () => agent.close())

  const session = ulid(clock.now(), randomBytes)
  const facts = new FreshFacts(agent, session, options)
  await facts.refresh()
  const link = new ControlPlaneLink({
    ...{ version, session, clock, randomBytes, logger, on },
    token: options.enrolment.token,
    locate: (signal) => locateControlPlane(options.enrolment, randomBytes, signal),
    tell: () => ({
      facts: facts.newest(),
      edge: edge?.url(address ?? link.host?.address ?? '127.0.0.1') ?? null,
      ...(zone === undefined ? {} : { zone }),
      ...(address === undefined ? {} : { address }),
    }),
  })
  tellNow = () => link.tellNow()
  const status = async (): Promise<AgentStatus> => ({
    ...{ pid, version, folder, controlPlane: controlPlaneOf(link.state) },
    edge: edge?.state(address ?? link.host?.address ?? '127.0.0.1') ?? { state: 'none' },
    instances: await countInstances(agent, ulid(clock.now(), randomBytes)),
  })
  const stop = (): Promise<void> => shutdown.run()
  let hasStoppedEverything = false
  const stopEverything = (): Promise<StoppedEverything> => {
    link.close()
    hasStoppedEverything = true
    return stopEverythingOn({ agent, edge, keys: `stop/${session}` })
  }
  const door = await openDoor({ folder, status, stop: () => void stop(), stopEverything })
  shutdown.add('the door', () => door.close())
  shutdown.add('the facts', facts.keepFresh())
  const served = Array.from({ length: polls }, () => agent.serve(link))
  shutdown.add('the way to the control plane', () => link.close())
  void Promise.all(served).catch((error: unknown) => logger.error('commands are not taken any more', { error }))
  logger.info('the agent runs', { folder, version, session })
  return {
    ...{ folder, status, stop, stopped: shutdown.done },
    get hasStoppedEverything() {
      return hasStoppedEverything
    },
  }
}

/** Also for who has to end what runs when no agent runs. @throws HoldfastError store.folder_in_use, app.platform */
export function openLocalAgent(
  options: Pick<HostRuntimeOptions, 'folder' | 'clock' | 'randomBytes' | 'logger' | 'environment'> &
    Partial<Pick<HostRuntimeOptions, 'enrolment' | 'artifactsFrom'>>,
  edge: LocalEdge | undefined,
  purpose: 'run' | 'stop' = 'run',
): Promise<HostAgent> {
  const { folder, clock, randomBytes, logger, environment } = options
  const { platform } = process
  if (platform !== 'linux' && platform !== 'darwin') {
    throw appError('app.platform', `A host runs on Linux or macOS, not on ${platform}`, { accepted: 'linux, darwin' })
  }
  return openHostAgent({
    ...{ folder, clock, environment, purpose },
    closedFolders: dataFoldersOf(folder, options.enrolment),
    machine: openMachine(platform),
    random: randomBytes,
    log: logger,
    download: openDownload({ allow: options.artifactsFrom ?? [] }),
    ...(edge === undefined ? {} : { edge }),
    ...(platform === 'linux' ? { controlGroups: '/sys/fs/cgroup' } : {}),
  })
}

/**
 * The same without an agent that runs: what its folder knows is taken over for as long as it takes to stop it.
 * @throws HoldfastError store.folder_in_use, app.platform
 */
export async function stopWithoutAgent(
  options: Pick<HostRuntimeOptions, 'folder' | 'clock' | 'randomBytes' | 'logger' | 'environment'>,
): Promise<StoppedEverything> {
  const { folder, clock, randomBytes } = options
  const agent = await openLocalAgent(options, undefined, 'stop')
  try {
    const edge = { stop: () => stopEdgeIn(edgeFolderOf(folder), clock) }
    return await stopEverythingOn({ agent, edge, keys: `stop/${ulid(clock.now(), randomBytes)}` })
  } finally {
    await agent.close()
  }
}

const edgeFolderOf = (folder: string): string => join(folder, 'edge')

function localEdgeOf({ edge, folder, clock, on }: HostRuntimeOptions): LocalEdge | undefined {
  if (edge === undefined) return undefined
  const entry = fileURLToPath(new URL('edge-main.ts', import.meta.url))
  const launcher = { executable: process.execPath, before: [...process.execArgv, entry] }
  return new LocalEdge({ folder: edgeFolderOf(folder), listen: edge, launcher, clock, on })
}

/** What the host tells of itself, read now and then, beside the polls. */
class FreshFacts {
  readonly #agent: HostAgent
  readonly #session: string
  readonly #options: Pick<HostRuntimeOptions, 'clock' | 'logger'>
  #facts: HostFacts | undefined
  #count = 0

  constructor(agent: HostAgent, session: string, options: Pick<HostRuntimeOptions, 'clock' | 'logger'>) {
    this.#agent = agent
    this.#session = session
    this.#options = options
  }

  newest(): HostFacts {
    if (this.#facts === undefined) throw new Error('the facts are read before anybody is told')
    return this.#facts
  }

  async refresh(): Promise<void> {
    const key = `facts/${this.#session}/${++this.#count}`
    const outcome = await this.#agent.run({ kind: 'hostFacts', key })
    if (outcome.ok) this.#facts = outcome.result
    else this.#options.logger.warn('the host cannot be described', { ...outcome.failure })
  }

  /** Returns how to stop. */
  keepFresh(): () => void {
    const { clock } = this.#options
    let isOver = false
    let cancel = (): void => {}
    const next = (): void => {
      if (isOver) return
      cancel = clock.alarm(clock.now() + factsEveryMs, () => void this.refresh().finally(next))
    }
    next()
    return () => {
      isOver = true
      cancel()
    }
  }
}

async function countInstances(agent: HostAgent, key: string): Promise<number> {
  const outcome = await agent.run({ kind: 'listInstances', key: `status/${key}` })
  return outcome.ok ? outcome.result.instances.filter(({ phase }) => phase !== 'stopped').length : 0
}

function controlPlaneOf(state: LinkState): AgentStatus['controlPlane'] {
  switch (state.kind) {
    case 'connecting':
      return { state: 'connecting' }
    case 'connected':
      return { state: 'connected', url: state.url, host: { id: state.host.id, name: state.host.name } }
    case 'lost':
      return { state: 'lost', reason: state.reason }
    case 'refused': {
      const { code, message, repair } = state.error
      return { state: 'refused', code, message, ...(repair === undefined ? {} : { repair }) }
    }
  }
}
