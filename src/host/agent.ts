/**
 * The agent of a machine. It carries out commands, keeps instances running, and can die at any moment: the next agent in
 * the same folder adopts what runs. Closing it ends the agent, not the instances.
 */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { type Clock, type Logger, type RandomBytes } from '../base/index.ts'
import { lockFolder } from '../store/index.ts'
import type { Download } from '../outbound/index.ts'
import { ArtifactStore } from './artifact/store.ts'
import { CommandRunner } from './command/runner.ts'
import { KeptOutcomes } from './command/kept-outcomes.ts'
import type { CommandInput, CommandKind, CommandSource, HostCommands, Outcome } from './contract.ts'
import { serveCommands } from './command/serve.ts'
import { Fences } from './fence/fences.ts'
import { loopbackOf, socketOwner } from './health/socket-owner.ts'
import { hostIdentity } from './identity.ts'
import { broughtBack } from './instance/order.ts'
import { Records } from './instance/records.ts'
import { installShim } from './instance/shim.ts'
import { groupOf, startOrderOf } from './instance/start-order.ts'
import { Supervisor } from './instance/supervisor.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { KeptLogs } from './log/kept.ts'
import { type MemoryGroups, openMemoryGroups, watchedMemory } from './limit/groups.ts'
import type { Machine } from './machine/open.ts'
import { hostPaths, statusFile } from './paths.ts'
import { Attestor } from './route/attest.ts'
import type { EdgeSource } from './route/edge-link.ts'
import { placeName } from './route/merge.ts'
import { Router } from './route/router.ts'
import { readSecretFile } from './secret-file.ts'
import { defaultSettings, type HostSettings } from './settings.ts'
import { Upkeep } from './upkeep.ts'
import type { User } from './user.ts'
import type { HostWorld } from './world.ts'

export type HostAgentOptions = {
  /**
   * Everything the agent keeps. One agent at a time. Where instances run as other users, these have to be able to pass
   * through the folders above it.
   */
  readonly folder: string
  readonly machine: Machine
  readonly clock: Clock
  readonly random: RandomBytes
  readonly log: Logger
  /** The agent's own: `env:NAME` secrets and PATH are taken from it. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly download: Download
  readonly settings?: Partial<HostSettings>
  /** Folders beside its own in which no secret and no file of a release may lie: the data folder of a control plane. */
  readonly closedFolders?: readonly string[]
  /** This machine's edge, which the agent hands its routes. Undefined: it has none. */
  readonly edge?: EdgeSource
  /** `stop`: it is opened to stop what runs; it starts nothing, and what is parked stays so. Default: `run`. */
  readonly purpose?: 'run' | 'stop'
  /** Where control groups are mounted; undefined watches memory instead. */
  readonly controlGroups?: string
}

export interface HostAgent extends HostCommands {
  /** Random, made once for the folder. */
  readonly id: string
  /** Takes commands from there until the agent closes. Several sources may be served at once. */
  serve(source: CommandSource): Promise<void>
  /** Ends the agent. Instances go on; commands under way end with an error that the next agent's answer replaces. */
  close(): Promise<void>
}

/** @throws HoldfastError store.folder_in_use when another agent runs in the folder */
export async function openHostAgent(options: HostAgentOptions): Promise<HostAgent> {
  mkdirSync(options.folder, { recursive: true, mode: 0o711 })
  const self = { pid: process.pid, host: hostname(), command: process.argv.join(' ') }
  const lock = lockFolder(options.folder, self, options.clock.now())
  try {
    const agent = new Agent(options)
    await agent.open()
    return {
      id: agent.host.id,
      run: <K extends CommandKind>(command: Extract<CommandInput, { readonly kind: K }>) =>
        // The runner answers a command with the outcome of its kind.
        agent.runner.run(command) as Promise<Outcome<K>>,
      serve: (source) => serveCommands(agent.host, agent.runner, source),
      async close() {
        await agent.close()
        lock.release()
      },
    }
  } catch (fault) {
    lock.release()
    throw fault
  }
}

class Agent {
  readonly host: HostWorld
  readonly runner: CommandRunner
  readonly #kept: KeptOutcomes
  readonly #upkeep: Upkeep
  readonly #startsNothing: boolean
  readonly #closing = new AbortController()
  readonly #waiting = new Set<() => void>()
  #wake: () => void = () => {}
  #isAwake = false
  #loop: Promise<void> = Promise.resolve()

  constructor(options: HostAgentOptions) {
    const overMemory = new Set<string>()
    this.#startsNothing = options.purpose === 'stop'
    this.host = this.#build(options, overMemory)
    this.#kept = new KeptOutcomes(this.host.files, this.host.paths.outcomes)
    this.runner = new CommandRunner(this.host, this.#kept)
    this.#upkeep = new Upkeep({ ...this.host, overMemory, forgetOld: (now) => this.#forgetOld(now) })
  }

  async open(): Promise<void> {
    const { fences, files, keptLogs, paths, records, router, store } = this.host
    files.makeFolder(paths.instances)
    this.#kept.open()
    fences.open()
    await store.open()
    keptLogs.open()
    records.load()
    if (!this.#startsNothing) this.#bringBack()
    this.#upkeep.open()
    this.#tick()
    router.open()
    this.#loop = this.#run()
  }

  /** What was parked by whoever stopped everything here. */
  #bringBack(): void {
    const { log, records } = this.host
    for (const record of records.all.values()) {
      const next = broughtBack(record)
      if (next === record) continue
      log.info('an instance comes back', { instance: record.spec.instance, port: record.port })
      records.keep(next)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#wakeUp()
    await this.#loop
    this.host.fences.saveKept()
    this.host.router.close()
    for (const look of this.#waiting) look()
    this.host.groups.close()
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#sleepUntil(this.#tick())
  }

  /** A fault of one tick, such as a full disk, is told and tried again: the agent goes on. */
  #tick(): number {
    const { clock, log, router, supervisor } = this.host
    try {
      const next = Math.min(supervisor.step(), this.#upkeep.step())
      router.tick()
      for (const look of this.#waiting) look()
      return next
    } catch (fault) {
      log.error('the agent could not do its round', { fault: fault instanceof Error ? fault.stack : String(fault) })
      return clock.now() + afterFaultMs
    }
  }

  /** Outcomes that nobody asks for again, terms and places of which nothing is left. */
  #forgetOld(now: number): void {
    const { fences, keptLogs, queue, router, settings, store } = this.host
    this.#kept.prune(now - settings.keepOutcomesMs)
    router.forgetEmpty(now - settings.keepFencesMs)
    keptLogs.prune(now)
    store.removeBuildLogs((id) => queue.has(`copy ${id}`), now - settings.keepRemovedLogsMs)
    const standing = this.#standingScopes()
    fences.prune(now - settings.keepFencesMs, (scope) => standing.has(scope))
  }

  #standingScopes(): ReadonlySet<string> {
    const { records, router, store } = this.host
    const things = [...[...records.all.values()].map(({ spec }) => spec), ...store.copies()]
    const places = [...things, ...router.places].map(placeName)
    return new Set([...things.map(({ release }) => release), ...places])
  }

  #sleepUntil(atMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#isAwake = false
        this.#wake = () => {}
        resolve()
      }
      const cancel = this.host.clock.alarm(atMs, end)
      this.#wake = end
      if (this.#isAwake) end()
    })
  }

  /** Also when it is not asleep yet: then it does not fall asleep. */
  #wakeUp(): void {
    this.#isAwake = true
    this.#wake()
  }

  #until(condition: () => boolean): Promise<void> {
    if (condition() || this.#closing.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition() && !this.#closing.signal.aborted) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
    })
  }

  #build(options: HostAgentOptions, overMemory: Set<string>): HostWorld {
    const { closedFolders = [], clock, environment, log, machine, random } = options
    const ownFolders = [options.folder, ...closedFolders]
    const { files, processes, sockets } = machine
    const paths = hostPaths(options.folder)
    const newToken = (): string => Buffer.from(random(9)).toString('hex')
    const id = hostIdentity(files, paths, newToken)
    const records = new Records(files, paths)
    const groups = groupsOf(options, id)
    const busy = new Set<string>()
    const settings = { ...defaultSettings, ...options.settings }
    const parts = {
      id,
      paths,
      ownFolders,
      groups,
      tools: installShim(files, options.folder, (path) => chmodSync(path, 0o644)),
      secretSource: { environment, readFile: (path: string) => readSecretFile(path, ownFolders) },
      userSource: { self: ownUser(environment), readPasswd: () => readFileSync('/etc/passwd', 'utf8') },
      store: new ArtifactStore(files, paths),
      secretsInUse: new Map<string, readonly string[]>(),
      probes: new Map(),
    }
    const supervisor = new Supervisor({
      ...{ host: id, records, processes, clock, log, newToken, busy },
      startsNothing: this.#startsNothing,
      isPortTaken: (port) => (sockets.listeners(port)?.length ?? 0) > 0,
      orderFor: (record, run) => startOrderOf(parts, record, run),
      readStatus: (instance, token) => files.read(statusFile(paths, instance, token)),
      wasOutOfMemory: (instance, token) => overMemory.has(token) || groups.wasOutOfMemory(groupOf(instance, token)),
      runEnded: (instance, token) => {
        overMemory.delete(token)
        groups.remove(groupOf(instance, token))
      },
      wake: () => this.#wakeUp(),
    })
    return {
      ...parts,
      ...{ clock, log, files, processes, sockets, records, supervisor, newToken },
      fences: new Fences(files, paths.fences),
      router: this.#routerOf(options, paths.routes, { records, sockets, supervisor }),
      startedAt: clock.now(),
      settings,
      keptLogs: new KeptLogs(files, paths.removed, settings),
      runner: { host: id, processes, clock, newToken, busy },
      download: options.download,
      queue: new KeyedQueue(),
      reservedPorts: new Set(),
      buildLogs: new Set(),
      tick: () => {
        this.#tick()
        this.#wakeUp()
      },
      until: (condition) => this.#until(condition),
      closing: this.#closing.signal,
    }
  }

  #routerOf(
    { clock, edge, log, machine: { files } }: HostAgentOptions,
    folder: string,
    parts: Pick<HostWorld, 'records' | 'sockets' | 'supervisor'>,
  ): Router {
    const attestor = new Attestor({
      clock,
      record: (instance) => parts.records.get(instance),
      mainOf: (instance) => parts.supervisor.mainOf(instance),
      ownerOf: (instance, port) => socketOwner(parts, instance, port),
      addressOf: (port) => loopbackOf(parts, port),
    })
    return new Router({ files, folder, clock, log, closing: this.#closing.signal, attestor, source: edge })
  }
}

const afterFaultMs = 1_000

function groupsOf({ controlGroups }: HostAgentOptions, id: string): MemoryGroups {
  return controlGroups === undefined ? watchedMemory : openMemoryGroups(controlGroups, id)
}

/** A container may run us under a number without a name. */
function ownUser(environment: Readonly<Record<string, string | undefined>>): User {
  const home = environment['HOME'] ?? '/'
  try {
    const { gid, uid, username } = userInfo()
    return { name: username, uid, gid, home }
  } catch {
    const uid = process.getuid?.() ?? -1
    return { name: String(uid), uid, gid: process.getgid?.() ?? -1, home }
  }
}
