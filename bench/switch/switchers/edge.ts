/** The edge alone, with processes that are started here: what a switch costs without any deployment around it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../src/app/system-clock.ts'
import { type EdgeClient, type EdgeStatus, launchEdge, type Target } from '../../../src/edge/index.ts'
import { steadyMs } from '../steady-clock.ts'
import type { Instance, Witness } from '../witness.ts'
import { type Behaviour, environmentOf, type Switch, type Switcher, WindowBook } from './switcher.ts'

const launcher = {
  executable: process.execPath,
  before: [fileURLToPath(new URL('../../../src/app/edge-main.ts', import.meta.url))],
}
const lookAgainMs = 10
/** What eats the processor must not eat that of the edge: the agent starts all instances so. */
const eaterNice = 10

type Fleet = {
  readonly release: string
  readonly instances: readonly Instance[]
  readonly children: readonly ChildProcess[]
}

export type EdgeSwitcherOptions = {
  readonly folder: string
  readonly artifact: string
  readonly witness: Witness
  readonly instances: number
}

export class EdgeSwitcher implements Switcher {
  readonly #options: EdgeSwitcherOptions
  readonly #book = new WindowBook()
  #edge: EdgeClient | undefined
  #version = 0
  #releases = 0
  #live: Fleet | undefined
  #warm: Fleet | undefined
  port = 0

  constructor(options: EdgeSwitcherOptions) {
    this.#options = options
  }

  get windows() {
    return this.#book.windows
  }

  async start(): Promise<void> {
    const settings = { listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }] }
    this.#edge = await launchEdge({
      folder: join(this.#options.folder, 'edge'),
      settings,
      launcher,
      clock: systemClock,
    })
    this.port = (await this.#edge.status()).listeners[0]?.port ?? 0
    await this.deploy()
  }

  async deploy(behaviour: Behaviour = {}): Promise<Switch> {
    const askedMs = steadyMs()
    const last = this.#warm
    const fleet = await this.#startFleet(behaviour)
    await this.#prove(fleet)
    const from = this.#live
    const { acceptedMs, inForceMs } = await this.#flip(fleet, from)
    if (last !== undefined) await this.#retire(last)
    return {
      kind: 'deploy',
      from: from?.release,
      to: fleet.release,
      askedMs,
      acceptedMs,
      inForceMs,
      endedMs: steadyMs(),
    }
  }

  async rollback(): Promise<Switch> {
    const [bad, good] = [this.#live, this.#warm]
    if (bad === undefined || good === undefined) throw new Error('there is nothing to go back to')
    const askedMs = steadyMs()
    const { acceptedMs, inForceMs } = await this.#flip(good, bad)
    return {
      kind: 'rollback',
      from: bad.release,
      to: good.release,
      askedMs,
      acceptedMs,
      inForceMs,
      endedMs: steadyMs(),
    }
  }

  async close(): Promise<void> {
    await this.#edge?.stop({ withinMs: 500 }).catch(() => {}) // it may have been ended by its own fault
    for (const fleet of [this.#live, this.#warm]) if (fleet !== undefined) await endFleet(fleet, 'SIGKILL')
  }

  async #startFleet(behaviour: Behaviour): Promise<Fleet> {
    const release = `r${++this.#releases}`
    const children = Array.from({ length: this.#options.instances }, () => this.#spawn(release, behaviour))
    const pids = new Set(children.map(({ pid }) => pid))
    const instances = await this.#options.witness.until((alive) => {
      const ours = alive.filter(({ pid }) => pids.has(pid))
      return ours.length === pids.size ? ours : undefined
    })
    return { release, instances, children }
  }

  #spawn(release: string, behaviour: Behaviour): ChildProcess {
    const { artifact, witness } = this.#options
    const child = spawn(process.execPath, [join(artifact, 'server.js')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_RELEASE: release,
        BENCH_WITNESS: String(witness.port),
        ...environmentOf(behaviour, this.#warm?.release),
      },
    })
    if (child.pid !== undefined && behaviour.eatProcessor !== undefined) setPriority(child.pid, eaterNice)
    return child
  }

  /** Beside what serves, until every instance is healthy. */
  async #prove(fleet: Fleet): Promise<void> {
    await this.#push(this.#live, [this.#warm, fleet])
    const isProven = ({ routes }: EdgeStatus): boolean => {
      const targets = routes[0]?.targets.filter(({ release }) => release === fleet.release) ?? []
      return targets.length === fleet.instances.length && targets.every(({ health }) => health.state === 'healthy')
    }
    while (!isProven(await this.#theEdge.status())) await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }

  async #flip(
    to: Fleet,
    from: Fleet | undefined,
  ): Promise<{ readonly acceptedMs: number; readonly inForceMs: number }> {
    const acceptedMs = steadyMs()
    this.#book.open(to.release, acceptedMs)
    await this.#push(to, [from])
    const inForceMs = steadyMs()
    if (from !== undefined) this.#book.close(from.release, inForceMs)
    this.#live = to
    this.#warm = from
    return { acceptedMs, inForceMs }
  }

  /** Its drain has ended before it is told to stop. */
  async #retire(fleet: Fleet): Promise<void> {
    const pending = ({ routes }: EdgeStatus): boolean =>
      routes[0]?.targets.some(({ release, drained }) => release === fleet.release && !drained) ?? false
    while (pending(await this.#theEdge.status())) await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    await endFleet(fleet, 'SIGTERM')
  }

  async #push(live: Fleet | undefined, others: readonly (Fleet | undefined)[]): Promise<void> {
    const warm = others.filter((fleet) => fleet !== undefined)
    await this.#theEdge.applyRoutes({
      version: ++this.#version,
      routes: [
        {
          id: 'bench',
          project: 'bench/switch',
          config: 'load',
          service: 'web',
          hosts: ['*'],
          weights: live === undefined ? [] : [{ release: live.release, weight: 1 }],
          targets: [
            ...(live === undefined ? [] : targetsOf(live, 'active')),
            ...warm.flatMap((fleet) => targetsOf(fleet, 'warm')),
          ],
          health: { path: '/health' },
          timeouts: { drainMs: 15_000, upgradeDrainMs: 1000 },
        },
      ],
    })
  }

  get #theEdge(): EdgeClient {
    if (this.#edge === undefined) throw new Error('the edge was not started')
    return this.#edge
  }
}

function targetsOf({ release, instances }: Fleet, state: Target['state']): readonly Target[] {
  return instances.map(({ port, pid }, at) => {
    const address = { host: '127.0.0.1', port }
    return { id: `${release}.${pid}`, release, instance: `web.${at + 1}`, address, state }
  })
}

async function endFleet({ children }: Fleet, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await exited
    }),
  )
}
