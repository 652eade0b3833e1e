import { describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import type { EdgeRoutes } from '../../edge/index.ts'
import { type Chance, Crash, seededChance } from '../machine/machine.fake.ts'
import { type Place, placeName, placeOfRoute } from './merge.ts'
import { RouterWorld } from './router-world.fake.ts'
import type { Router } from './router.ts'
import { aRoute, aTarget } from './routes.fake.ts'

/** What a place may show: what it was last answered to have, and whatever was asked since without an answer. */
type Expected = { acknowledged: string; readonly open: Set<string> }

const places: readonly Place[] = ['a', 'b', 'c'].map((config) => ({ project: 'acme/shop', config }))

class Story {
  readonly world: RouterWorld
  readonly chance: Chance
  readonly expected = new Map(
    places.map((place): [string, Expected] => [placeName(place), { acknowledged: '', open: new Set() }]),
  )
  /** The disk or the edge forgets, never both: against that nothing helps. */
  readonly diskFails: boolean
  router: Router
  old: EdgeRoutes[] = []
  steps = 0
  crashes = 0
  refusals = 0
  readonly #waiting = new Set<Promise<void>>()

  constructor(seed: number) {
    this.world = new RouterWorld(seed)
    this.chance = seededChance(seed)
    this.diskFails = seed % 2 === 0
    this.router = this.#openAgent()
  }

  async live(): Promise<void> {
    for (this.steps = 0; this.steps < 40; this.steps++) {
      await this.#something()
      if (this.world.closing.signal.aborted) this.router = this.#openAgent()
    }
    await this.#settle()
  }

  #openAgent(): Router {
    for (;;) {
      try {
        return this.world.open()
      } catch (fault) {
        if (!(fault instanceof Crash)) throw fault
        this.crashes++
      }
    }
  }

  async #something(): Promise<void> {
    const { chance, world } = this
    switch (chance(8)) {
      case 0:
      case 1:
      case 2:
        this.#set(places[chance(places.length)] ?? { project: 'x', config: 'x' })
        break
      case 3:
        world.machine.crashIn ??= chance(8)
        break
      case 4:
        if (this.diskFails) world.isDiskFull = chance(2) === 0
        break
      case 5:
        this.#edgeFalters()
        break
      case 6:
        world.closing.abort()
        break
      default:
        await world.pass(chance(40_000))
    }
    if (chance(2) === 0) await world.pass(chance(500))
  }

  #edgeFalters(): void {
    const { edge } = this.world
    if (!edge.isAway) {
      this.old.push(edge.inForce)
      return edge.leave()
    }
    const old = this.diskFails ? edge.inForce : this.old[this.chance(this.old.length)]
    edge.back(this.chance(2) === 0 || this.diskFails ? old : undefined)
  }

  #set(place: Place): void {
    const { chance } = this
    const instance = `i${this.steps}`
    // Three names for three places: they get in each other's way.
    const host = `h${chance(3)}.example.com`
    const routes = chance(5) === 0 ? [] : [aRoute('web', { hosts: [host], targets: [aTarget(instance)] })]
    const told = routes.length === 0 ? '' : `${host} ${instance}`
    const expected = this.expected.get(placeName(place))
    if (expected === undefined) return
    // No routes may have been asked for before: this is the latest time.
    expected.open.delete(told)
    expected.open.add(told)
    const { router } = this
    const done = router
      .known()
      .then(() => router.set(place, routes))
      .then(
        () => this.#acknowledged(expected, told),
        (fault: unknown) => {
          if (fault instanceof Crash) return void this.crashes++
          if (!(fault instanceof HoldfastError)) throw fault
          if (fault.code !== 'host.route_taken') return
          // Refused: nothing was changed, so it may never show.
          expected.open.delete(told)
          this.refusals++
        },
      )
      .finally(() => this.#waiting.delete(done))
    this.#waiting.add(done)
  }

  /** Answers come in the order of the questions, so everything that was asked before is over. */
  #acknowledged(expected: Expected, told: string): void {
    const asked = [...expected.open]
    for (const before of asked.slice(0, asked.indexOf(told) + 1)) expected.open.delete(before)
    expected.acknowledged = told
  }

  async #settle(): Promise<void> {
    const { world } = this
    world.machine.crashIn = undefined
    world.isDiskFull = false
    if (world.edge.isAway) world.edge.back(this.diskFails ? world.edge.inForce : undefined)
    if (world.closing.signal.aborted) this.router = this.#openAgent()
    await world.pass(60_000)
  }

  shown(place: Place): string {
    const routes = this.world.edge.inForce.routes.filter(({ id }) => {
      const found = placeOfRoute(id)
      return found !== undefined && placeName(found) === placeName(place)
    })
    return routes.map(({ hosts, targets }) => `${hosts.join()} ${targets.map(({ id }) => id).join()}`).join()
  }
}

const seeds = 1000

describe(`routes, with agents that die at any boundary and edges that forget, over ${seeds} histories`, () => {
  it(
    'end as they were last answered or asked for, the same on disk and edge, in versions that grow',
    { timeout: 300_000 },
    async () => {
      const totals = { crashes: 0, refusals: 0, pushes: 0, sets: 0 }
      for (let seed = 1; seed <= seeds; seed++) {
        const story = new Story(seed)
        await story.live()
        const { edge } = story.world
        for (const place of places) {
          const expected = story.expected.get(placeName(place))
          const allowed = [expected?.acknowledged, ...(expected?.open ?? [])]
          expect(allowed, `seed ${seed}, ${place.config}`).toContain(story.shown(place))
        }
        expect({ seed, late: story.world.late }).toEqual({ seed, late: [] })
        story.world.closing.abort()
        // The next agent finds what is in force, and changes nothing.
        const before = JSON.stringify(edge.inForce.routes)
        story.world.open()
        await story.world.pass(5000)
        expect(JSON.stringify(edge.inForce.routes), `seed ${seed}`).toBe(before)
        story.world.closing.abort()
        totals.crashes += story.crashes
        totals.refusals += story.refusals
        totals.pushes += edge.versions.length
      }
      expect(totals.crashes).toBeGreaterThan(seeds / 2)
      expect(totals.refusals).toBeGreaterThan(seeds / 2)
      expect(totals.pushes).toBeGreaterThan(seeds * 5)
    },
  )
})
