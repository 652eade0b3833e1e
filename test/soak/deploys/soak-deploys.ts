/** Deployments on a real system under load, each with a kill -9 somewhere in it, and what has to hold after each. */
import { appendFileSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { markerVariable } from '../../../src/host/instance/marker.ts'
import { openMachine } from '../../../src/host/machine/open.ts'
import { Decoys } from './decoys.ts'
import { marked, PortBook, wrongEnd, wrongNow } from './invariants.ts'
import { awaitMoment, type Moment, momentOf, tellMoment } from './moments.ts'
import { begin, ended, type Operation, type PlaceNow, placeNow, possible, Releases } from './operations.ts'
import { eventually, System, type Victim } from './system.ts'
import { atOnce, type Failed, Visitors } from './visitors.ts'

export type DeploysReport = {
  readonly runs: number
  readonly kills: Readonly<Record<Victim, number>>
  readonly ends: Readonly<Record<string, number>>
  readonly requests: number
  /** Requests that failed in runs in which an edge was killed; in all others none may. */
  readonly failedByEdgeKills: number
  readonly recycledPids: number
  readonly seconds: number
  readonly problems: readonly string[]
}

export type SoakDeploys = {
  readonly folder: string
  readonly runs: number
  readonly random: () => number
  readonly say: (line: string) => void
}

type Death = {
  readonly victim: Victim
  readonly moment: Moment
  readonly backAfterMs: number
  readonly recycles: boolean
}

/** Of a run's operation without a death; what is chosen at random lies within it. */
const usualMs: Readonly<Record<Operation, number>> = {
  ...{ update: 3000, 'one-box': 5000, 'failing update': 5000 },
  ...{ halt: 2000, rollback: 1500, return: 3000 },
}

export async function soakDeployments(options: SoakDeploys): Promise<DeploysReport> {
  const soak = new Soak(options)
  try {
    await soak.begin()
    for (let run = 1; run <= options.runs && soak.problems.length === 0; run++) await soak.run(run)
  } catch (error) {
    soak.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  return soak.end()
}

class Soak {
  readonly problems: string[] = []
  readonly #options: SoakDeploys
  readonly #system: System
  readonly #releases: Releases
  readonly #decoys: Decoys
  readonly #ports = new PortBook()
  readonly #startedAt = performance.now()
  readonly #ends: Record<string, number> = {}
  #visitors: Visitors | undefined
  #failedByEdgeKills = 0
  #runs = 0

  constructor(options: SoakDeploys) {
    this.#options = { ...options, folder: realpathSync(options.folder) }
    this.#system = new System(this.#options.folder)
    this.#releases = new Releases(this.#system)
    this.#decoys = new Decoys(this.#options.folder)
  }

  /** Up, and the first version deployed in peace. */
  async begin(): Promise<void> {
    const { random } = this.#options
    await this.#system.begin()
    await this.#releases.begin()
    const before = await placeNow(this.#system)
    const fault = await begin(this.#system, this.#releases, { operation: 'update', before, random })
    const now = await ended(this.#system)
    if (fault !== undefined || (now?.serving ?? undefined) === undefined) throw new Error(`the first version is not deployed: ${fault ?? JSON.stringify(now?.history[0])}`) // prettier-ignore
    const [first] = marked(this.#system)
    const marker = first === undefined ? undefined : openMachine(process.platform).processes.marker(first.pid)
    if (marker === undefined) throw new Error(`no process carries ${markerVariable}`)
    await this.#decoys.imitate(join(this.#system.data, 'host/copies'), marker)
    this.#visitors = new Visitors(this.#system.edgePort)
  }

  async run(number: number): Promise<void> {
    const { random } = this.#options
    const before = await placeNow(this.#system)
    const operation = oneOf(possible(before), random)
    const deaths = deathsOf(random, operation)
    const plan = `${operation}; ${deaths.map(({ victim, moment }) => `${victim} ${tellMoment(moment)}`).join(', ')}`
    this.#note(`run ${number}: ${plan}`)
    const begunAt = performance.now()
    const watching = deaths.map((death) => ({ death, awaited: awaitMoment(this.#system.data, death.moment) }))
    const dying = Promise.all(watching.map(({ death, awaited }) => awaited.come.then(() => this.#die(death, before))))
    const refused = await begin(this.#system, this.#releases, { operation, before, random })
    await this.#overOrDead(dying)
    for (const { awaited } of watching) awaited.leave()
    await dying
    const now = await ended(this.#system)
    const found = await this.#found({ operation, before, now, deaths })
    this.#runs++
    this.problems.push(...[...(refused === undefined ? [] : [refused]), ...found].map((one) => `run ${number} (${plan}): ${one}`)) // prettier-ignore
    this.#progress(number, { operation, now, tookMs: performance.now() - begunAt })
  }

  async end(): Promise<DeploysReport> {
    const { folder } = this.#options
    await this.#visitors?.stop()
    writeFileSync(join(folder, 'said.txt'), this.#system.said)
    if (this.problems.length > 0) appendFileSync(join(folder, 'runs.txt'), `${this.problems.join('\n')}\n`)
    const fault = await this.#system.end()
    if (fault !== undefined) this.problems.push(fault)
    this.problems.push(...processesOf(this.#system.data).map((left) => `left after the end: ${left}`))
    this.problems.push(...marked(this.#system).map(({ pid, owner }) => `left after the end: ${pid} of ${owner}`))
    this.problems.push(...this.#decoys.signalled.map((signal) => `somebody else's process was signalled: ${signal}`))
    await this.#decoys.leave()
    return {
      ...{ runs: this.#runs, kills: this.#system.kills, ends: this.#ends, requests: this.#visitors?.requests ?? 0 },
      ...{ failedByEdgeKills: this.#failedByEdgeKills, recycledPids: this.#decoys.recycled },
      seconds: Math.round((performance.now() - this.#startedAt) / 1000),
      problems: [...new Set(this.problems)],
    }
  }

  /** Dies, and is back a moment later; the edge is its agent's to bring back. */
  async #die({ victim, backAfterMs, recycles }: Death, before: PlaceNow): Promise<void> {
    const system = this.#system
    await system.kill(victim)
    if (recycles) await this.#recycle(before.warm?.fleet)
    if (victim === 'edge worker' || victim === 'edge keeper') return
    await pause(backAfterMs)
    await (victim === 'agent' ? system.startAgent() : system.startPlane())
  }

  /** While no agent looks, an instance that has no traffic ends, and a stranger gets its number. */
  async #recycle(fleet: string | undefined): Promise<void> {
    if (fleet !== undefined && hasTraffic(this.#system.data, fleet)) return this.#note(`  ${fleet} has traffic by now`)
    const own = marked(this.#system).filter(({ owner }) => fleet !== undefined && owner === `${fleet}-web-0`)
    this.#note(`  to recycle: ${own.map(({ pid }) => pid).join(', ')} of ${fleet}`)
    // Ours, as its marker says: this stands for whatever else ends a process.
    for (const { pid } of own) process.kill(pid, 'SIGKILL')
    const last = own.at(-1)
    if (last === undefined) return
    await eventually(async () => (existsSync(`/proc/${last.pid}`) ? undefined : true))
    const isTaken = await this.#decoys.recycle(last.pid, join(this.#system.data, 'host/copies'))
    this.#note(`  a stranger ${isTaken ? 'has' : 'did not get'} the number ${last.pid} of ${last.owner}`)
  }

  /** Whichever comes first: an operation that is over brings no more moments. */
  async #overOrDead(dying: Promise<unknown>): Promise<void> {
    const state = { dead: false }
    void dying.finally(() => (state.dead = true)).catch(() => {})
    await eventually(async () => {
      if (state.dead) return true
      const now = await placeNow(this.#system)
      return now.underWay === null ? true : undefined
    })
  }

  async #found({
    operation,
    before,
    now,
    deaths,
  }: {
    operation: Operation
    before: PlaceNow
    now: PlaceNow | undefined
    deaths: readonly Death[]
  }): Promise<readonly string[]> {
    // prettier-ignore
    if (now === undefined) return [`it does not come to its end: ${JSON.stringify((await placeNow(this.#system)).underWay)}`]
    let wrong: readonly string[] = []
    // What a killed part leaves is swept by the next one, in its time: processes that drain, a lease that runs out.
    await eventually(async () => {
      wrong = await wrongNow({ system: this.#system, decoys: this.#decoys, now, ports: this.#ports })
      return wrong.length === 0 ? true : undefined
    })
    return [...wrongEnd(operation, before, now), ...wrong, ...this.#wrongRequests(deaths)]
  }

  #wrongRequests(deaths: readonly Death[]): readonly string[] {
    const failed: readonly Failed[] = this.#visitors?.take().failed ?? []
    const edges = deaths.filter(({ victim }) => victim.startsWith('edge')).length
    if (edges > 0) this.#failedByEdgeKills += failed.length
    if (failed.length <= edges * atOnce) return []
    const [first] = failed
    return [
      `${failed.length} requests failed, such as ${first?.status} ${first?.why} at ${new Date(first?.at ?? 0).toISOString()}`,
    ]
  }

  #progress(
    number: number,
    { operation, now, tookMs }: { operation: Operation; now: PlaceNow | undefined; tookMs: number },
  ): void {
    // prettier-ignore
    const end = `${operation}: ${now?.history[0]?.status ?? 'no end'}`
    this.#ends[end] = (this.#ends[end] ?? 0) + 1
    const { state, what } = now?.history[0]?.diagnosis ?? { state: '', what: '' }
    this.#note(`  ${end} after ${Math.round(tookMs)} ms; ${state} ${what}`)
    // It was taken back, as it may be; why is worth knowing.
    if (operation !== 'failing update' && now?.history[0]?.status === 'failed') {
      this.#options.say(`  run ${number}, a good ${operation}, failed in ${state}: ${what}`)
    }
    if (number % 10 !== 0 && this.problems.length === 0) return
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000)
    const kills = Object.entries(this.#system.kills).map(([victim, times]) => `${times} × ${victim}`)
    this.#options.say(
      `  ${number} runs, ${seconds} s: killed ${kills.join(', ')}; ${this.#visitors?.requests ?? 0} requests, ` +
        `${this.#failedByEdgeKills} lost with an edge, ${this.problems.length} problems`,
    )
  }

  #note(line: string): void {
    appendFileSync(join(this.#options.folder, 'runs.txt'), `${new Date().toISOString()} ${line}\n`)
  }
}

const victims: readonly Victim[] = ['control plane', 'control plane', 'agent', 'agent', 'edge worker', 'edge keeper']

/** One mostly; now and then two of different kinds. */
function deathsOf(random: () => number, operation: Operation): readonly Death[] {
  const first = deathOf(random, operation, victims)
  if (random() > 0.25) return [first]
  const isEdge = (victim: Victim): boolean => victim.startsWith('edge')
  const others = victims.filter((victim) => victim !== first.victim && !(isEdge(victim) && isEdge(first.victim)))
  return [first, deathOf(random, operation, others)]
}

function deathOf(random: () => number, operation: Operation, among: readonly Victim[]): Death {
  const victim = oneOf(among, random)
  const moment = momentOf(random, usualMs[operation])
  return { victim, moment, backAfterMs: Math.floor(random() * 400), recycles: victim === 'agent' && random() < 0.35 }
}

function oneOf<T>(all: readonly T[], random: () => number): T {
  const found = all[Math.floor(random() * all.length)]
  if (found === undefined) throw new Error('there is nothing to choose from')
  return found
}

const routed = z.object({
  routes: z.array(z.object({ weights: z.array(z.object({ release: z.string(), weight: z.number() })) })),
})

/** As the edge's routes on disk say: a rollback may have given the warm fleet its traffic before the agent died. */
function hasTraffic(data: string, fleet: string): boolean {
  const { routes } = routed.parse(JSON.parse(readFileSync(join(data, 'host/edge/routes.json'), 'utf8')))
  return routes.some(({ weights }) => weights.some(({ release, weight }) => release === fleet && weight > 0))
}

/** Processes that were told of the folder, whoever they are. */
function processesOf(data: string): readonly string[] {
  const { processes } = openMachine(process.platform)
  return processes.list().flatMap(({ pid, zombie }) => {
    try {
      const words = readFileSync(`/proc/${pid}/environ`, 'utf8')
      const isOurs = words.includes(`HOLDFAST_DATA=${data}`)
      return isOurs && !zombie ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`] : []
    } catch {
      // It has ended meanwhile, or this is no Linux.
      return []
    }
  })
}
