/** One history: two releases in peace, then an operation with deaths in it, then order; and what must hold in the end. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PlainJson } from '../../src/audit/index.ts'
import { haltDeployment } from '../../src/deploy/deployment/halt.ts'
import { rollBack } from '../../src/deploy/deployment/rollback.ts'
import { openDeploymentAt, unfinishedDeployments } from '../../src/deploy/deployment/rows.ts'
import { listLocks } from '../../src/deploy/lock/list.ts'
import { admin } from '../../src/deploy/world.ts'
import { parseMarker } from '../../src/host/instance/marker.ts'
import type { WholeHost } from './host.ts'
import { type Artifact, type Document, WholeWorld } from './world.ts'

export type Deaths = { planes: number; agents: number; edges: number; signals: number }

const place = { project: 'acme/shop', config: 'production' } as const
const behaviours = ['good', 'good', 'mute', 'never', 'crash', 'fades', 'ill-at-the-edge'] as const
const bake = { for: '1s' }
const strategies: readonly PlainJson[] = [
  { kind: 'all-at-once', bake },
  { kind: 'one-box', bake },
  { kind: 'percentage', steps: [20, 60], bake },
]

export class History {
  readonly told: string[] = []
  readonly #world: WholeWorld

  constructor(artifact: Artifact, seed: number) {
    this.#world = new WholeWorld(artifact, seed)
  }

  async live(): Promise<void> {
    const world = await this.#world.begin()
    const { chance } = world
    await this.#peace('good')
    if (chance(3) > 0) await this.#peace(chance(3) === 0 ? 'mute' : 'good')
    if (chance(3) === 0) await this.#peace('good')
    this.#arm()
    if (chance(2) === 0) this.#arm()
    await this.#operate()
    for (let deaths = 1 + chance(4); deaths > 0; deaths--) await this.#dieSomewhere()
    await this.#putInOrder()
  }

  async #peace(behaviour: string): Promise<void> {
    const { status, diagnosis } = await this.#world.deployed(this.#release(behaviour, { kind: 'all-at-once', bake }))
    if (status !== 'succeeded') throw new Error(`in peace it ${status}: ${JSON.stringify(diagnosis)}`)
    await this.#world.advance(2000)
  }

  #release(behaviour: string, strategy: PlainJson): Document {
    const environment = { BEHAVIOUR: behaviour }
    return {
      ...{ ...place, timeout: '60s', strategy },
      services: {
        web: {
          ...{ command: 'serve', instances: 2, environment, stop: { kill: '3s' } },
          route: { hosts: ['shop.example.com'], timeouts: { drain: '1s' } },
          health: { kind: 'command', command: 'check', interval: '500ms', successes: 1 },
        },
        mail: {
          ...{ command: 'work', queueWorker: true, stop: { kill: '3s' } },
          health: { kind: 'staying-up', for: '1s' },
        },
      },
    }
  }

  // ---- what is done

  async #operate(): Promise<void> {
    const { chance } = this.#world
    await this.#world.advance(1000)
    const way = chance(9)
    if (way === 0 || way === 1) return this.#rollBack()
    if (way === 2) return this.#return()
    const behaviour = behaviours[chance(behaviours.length)] ?? 'good'
    const strategy = strategies[chance(strategies.length)] ?? {}
    this.told.push(`deploy ${behaviour} ${JSON.stringify(strategy)}`)
    void this.#world.deploy(this.#release(behaviour, strategy)).catch(() => {})
    await this.#world.settle()
    if (way === 3) await this.#haltSometime()
    if (way === 4) {
      await this.#world.advance(chance(9000))
      await this.#rollBack()
    }
  }

  async #rollBack(to?: string): Promise<void> {
    this.told.push(to === undefined ? 'rollback' : `return to ${to}`)
    const { deploys } = this.#world
    void rollBack(deploys, admin, { ...place, ...(to === undefined ? {} : { to }) }).catch(() => {})
    // It asks whether the warm release is well before it begins.
    await this.#world.advance(300)
  }

  /** To the oldest of all: it is brought up anew, unless it stands warm. */
  async #return(): Promise<void> {
    const [oldest] = this.#world.rows<{ id: string }>(`SELECT release_id AS id FROM deployment ORDER BY position`)
    await this.#rollBack(oldest?.id)
  }

  async #haltSometime(): Promise<void> {
    await this.#world.advance(this.#world.chance(6000))
    const open = openDeploymentAt(this.#world.store.read, place)
    if (open === undefined) return
    this.told.push('halt')
    void haltDeployment(this.#world.deploys, admin, { id: open.id }).catch(() => {})
    await this.#world.settle()
  }

  // ---- who dies

  /** The next to die, at a boundary of its own. */
  #arm(): void {
    const { chance, hosts, plane } = this.#world
    const host = hosts[chance(hosts.length)]
    switch (chance(4)) {
      case 0:
      case 1:
        plane.dieIn = chance(60)
        return void this.told.push(`plane dies at ${plane.dieIn}`)
      case 2:
        if (host?.isUp !== true) return
        host.machine.crashIn = chance(70)
        return void this.told.push(`agent of ${host.name} dies at ${host.machine.crashIn}`)
      default:
        if (host === undefined) return
        host.edge.dieIn = chance(5)
        return void this.told.push(`edge of ${host.name} dies at ${host.edge.dieIn}`)
    }
  }

  async #dieSomewhere(): Promise<void> {
    const world = this.#world
    const { chance } = world
    await world.advance(chance(5000))
    const host = world.hosts[chance(world.hosts.length)]
    // At no boundary, but at any time.
    switch (chance(6)) {
      case 0:
        world.plane.life.end()
        break
      case 1:
        if (host?.isUp === true) host.kill()
        break
      case 2:
        host?.edge.die()
        break
    }
    await this.#meetStrangers(host)
    await world.advance(chance(3000))
    await this.#revive(chance(3) === 0)
    this.#arm()
    if (chance(2) === 0) await this.#tick()
  }

  /** A process of somebody else, on a pid that the agent may remember; some carry a marker, of another host. */
  async #meetStrangers(host: WholeHost | undefined): Promise<void> {
    const { chance } = this.#world
    if (host === undefined || chance(2) === 0) return
    const [some] = [...host.machine.beings.values()].flatMap(({ marker }) => parseMarker(marker) ?? [])
    host.machine.stranger(chance(2) === 0 || some === undefined ? undefined : `other/${some.owner}/${some.token}`)
  }

  /** Whoever is dead comes back; with `hurry` also who dies while it does. */
  async #revive(onlySome: boolean): Promise<void> {
    const world = this.#world
    if (world.plane.life.isOver) {
      this.told.push('plane back')
      await world.crash()
    }
    for (const host of world.hosts) {
      if (host.isUp || (onlySome && world.chance(2) === 0)) continue
      this.told.push(`agent of ${host.name} back`)
      await host.open()
    }
  }

  /** The janitor's round, in which its control plane may die: then it never ends. */
  async #tick(): Promise<void> {
    const { plane } = this.#world
    await Promise.race([
      this.#world.tick().catch(() => {}),
      new Promise<void>((resolve) => plane.life.signal.addEventListener('abort', () => resolve())),
    ])
  }

  /** Nobody dies any more: everything comes to its end. */
  async #putInOrder(): Promise<void> {
    const world = this.#world
    const disarm = (): void => {
      world.plane.dieIn = undefined
      for (const { machine, edge } of world.hosts) {
        machine.crashIn = undefined
        edge.dieIn = undefined
      }
    }
    disarm()
    if (world.chance(2) === 0) world.plane.life.end()
    await this.#revive(false)
    disarm()
    await world.advance(10_000)
    for (let rounds = 0; rounds < 60; rounds++) {
      await world.tick()
      const isOpen = openDeploymentAt(world.store.read, place) !== undefined
      if (!isOpen && unfinishedDeployments(world.store.read).length === 0) break
      if (rounds === 59) throw new Error('a deployment does not come to its end')
      await world.advance(2000)
    }
    // Agents sweep every five seconds; what ignores SIGTERM is killed after three.
    await world.advance(20_000)
  }

  // ---- what must hold

  async wrong(): Promise<readonly string[]> {
    const world = this.#world
    const { servingFleet, warmFleet } = world.pointer(place.project)
    // What failed or was halted has changed nothing: also a rollback, which leaves in charge what it was to take out.
    const [lastGood] = world.rows<{ fleet: string }>(
      `SELECT fleet FROM deployment WHERE status = 'succeeded' ORDER BY position DESC LIMIT 1`,
    )
    const fleets = [servingFleet, warmFleet].filter((fleet) => fleet !== null)
    const expected = [
      ...fleets.flatMap((fleet) => [`${fleet}-web-0`, `${fleet}-web-1`]),
      ...(servingFleet === null ? [] : [`${servingFleet}-mail-0`]),
    ].toSorted()
    const open = world.rows<{ call: string }>(`SELECT call_id AS call FROM deploy_intent WHERE status = 'intended'`)
    return [
      ...(servingFleet === (lastGood?.fleet ?? null) ? [] : [`${servingFleet} serves, ${lastGood?.fleet} succeeded`]),
      ...differ(
        'instances',
        world.hosts.flatMap((host) => instancesOf(host)),
        expected,
      ),
      ...differ(
        'applications',
        world.hosts.flatMap((host) => applicationsOf(host)),
        expected,
      ),
      ...world.hosts.flatMap((host) => wrongOn(host, { servingFleet, fleets })),
      ...listLocks(world.deploys, admin).map((lock) => `a lock is held: ${JSON.stringify(lock)}`),
      ...open.map(({ call }) => `nobody knows what became of ${call}`),
    ]
  }

  count(deaths: Deaths): void {
    deaths.planes += this.#world.planes - 2
    for (const host of this.#world.hosts) {
      deaths.agents += host.deaths
      deaths.edges += host.edge.deaths
      deaths.signals += host.machine.signals.length
    }
  }

  end(): Promise<void> {
    return this.#world.end()
  }
}

function differ(what: string, found: readonly string[], wanted: readonly string[]): readonly string[] {
  const odd = [
    ...found
      .filter((one, index) => !wanted.includes(one) || found.indexOf(one) !== index)
      .map((one) => `${one} too much`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `${one} missing`),
  ]
  return odd.length === 0 ? [] : [`${what}: ${odd.join(', ')}`]
}

const namesIn = (host: WholeHost, folder: string): readonly string[] => {
  const path = join(host.folder, folder)
  return existsSync(path) ? readdirSync(path).toSorted() : []
}

const instancesOf = (host: WholeHost): readonly string[] => namesIn(host, 'instances')

/** Those that listen, and the workers: by the main process of each. */
const applicationsOf = (host: WholeHost): readonly string[] =>
  [...host.machine.beings.values()].flatMap(({ ours, order }) =>
    ours && order !== undefined ? (order.environment['HOLDFAST_INSTANCE'] ?? 'an unknown one') : [],
  )

type Wanted = { readonly servingFleet: string | null; readonly fleets: readonly string[] }

function wrongOn(host: WholeHost, { servingFleet, fleets }: Wanted): readonly string[] {
  const { edge, machine } = host
  const routes = edge.inForce.routes
  const known = new Set(instancesOf(host))
  const owners = [...machine.beings.values()].flatMap(({ ours, marker }) => (ours ? [parseMarker(marker)?.owner ?? 'nobody'] : [])) // prettier-ignore
  const copies = namesIn(host, 'copies').filter((name) => /\.[0-9a-f]{18}$/.test(name))
  return [
    ...machine.signals.filter(({ ours }) => !ours).map(({ pid, signal }) => `a stranger, ${pid}, got ${signal}`),
    ...machine.cutShort.map((pid) => `${pid} was cut short`),
    ...machine.overlaps.map((owner) => `${owner} was started beside itself`),
    ...owners.filter((owner) => !known.has(owner)).map((owner) => `a process of ${owner} is left`),
    ...namesIn(host, 'copies').filter((name) => !fleets.some((fleet) => name.startsWith(`${fleet}-`))).map((name) => `a copy is left: ${name}`), // prettier-ignore
    ...(copies.length === fleets.length ? [] : [`${copies.length} copies for ${fleets.length} releases`]),
    ...namesIn(host, 'drafts').map((name) => `a draft is left: ${name}`),
    ...(edge.isAway ? ['its edge is away'] : []),
    ...(routes.length === 1 ? [] : [`${routes.length} routes`]),
    ...routes.flatMap((route) => [
      ...(route.maintenance?.on === true ? ['under maintenance'] : []),
      ...route.weights
        .filter(({ weight, release }) => weight > 0 && release !== servingFleet)
        .map(({ release }) => `${release} has traffic`),
      ...route.targets.filter(({ release }) => !fleets.includes(release)).map(({ id }) => `its edge knows ${id}`),
      ...route.targets
        .filter((target) => target.release === servingFleet && !edge.isProven(target))
        .map(({ id }) => `${id} serves and is not well`),
      ...(route.targets.filter(({ release }) => release === servingFleet).length === 2
        ? []
        : ['it does not know both that serve']),
    ]),
    ...host.violations,
    ...edge.violations,
  ].map((one) => `${host.name}: ${one}`)
}
