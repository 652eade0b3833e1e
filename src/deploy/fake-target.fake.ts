/** A target in memory, with virtual time and faults, and the deployer for it. It keeps the promises that real ones must. */
import { z } from 'zod'
import type { PlainJson } from '../audit/index.ts'
import type { Clock } from '../base/index.ts'
import {
  call,
  type CallContext,
  type CallParts,
  type Deployer,
  type Fleet,
  outcomeOf,
  type PlannedCall,
  type Situation,
} from './deployer.ts'
import { type FleetTraffic, noCounts, type TrafficReading } from './evidence/traffic.ts'
import { DeployFailure, type Obstacle } from './failure.ts'
import type { InstanceHealth } from './health/judge.ts'
import { type CommonService, commonServiceSchema } from './release/schemas.ts'

const fakeService = commonServiceSchema.extend({
  memoryMiB: z.int().min(1).default(64),
  /** Other places to try when the first has no room. */
  otherPlaces: z.int().min(0).default(0),
  bootMs: z.int().min(0).default(500),
  behaviour: z
    .enum(['good', 'never', 'crash', 'flap', 'flap-slowly', 'fades', 'wrong-release', 'squatted'])
    .default('good'),
})
type FakeService = z.output<typeof fakeService>

type Instance = {
  readonly fleet: string
  readonly name: string
  readonly startedAt: number
  readonly service: FakeService
}

/** Where a process may die: before the call arrives, after it has had its effect, or never. */
export type Fault =
  | { readonly kind: 'fail'; readonly failure: DeployFailure; readonly times: number }
  | { readonly kind: 'hang-before' | 'hang-after' }
  /** Its effect comes so late. */
  | { readonly kind: 'slow'; readonly ms: number }

export class FakeTarget {
  readonly #clock: Clock
  readonly instances = new Map<string, Instance>()
  readonly folders = new Map<string, string>()
  /** Percent by service, of each fleet of a place. */
  readonly routes = new Map<string, Map<string, Record<string, number>>>()
  /** Every mutating call that had an effect, as it was asked. */
  readonly made: { readonly call: string; readonly parameters: PlainJson; readonly undo: boolean }[] = []
  /** By fleet, or by place for what is divided: nothing with a lower term is accepted. */
  readonly #terms = new Map<string, number>()
  readonly faults = new Map<string, Fault>()
  /** By number of the mutating call, from 0. */
  readonly faultsAt = new Map<number, Fault>()
  calls = 0
  latencyMs = 5
  survey: PlainJson = { room: 1_000_000 }
  /** Failures on the way to an instance, since ever. */
  lost = 0
  /** Rate of 5xx answers, by fleet. */
  readonly failing = new Map<string, number>()
  requestsPerSecond = 100
  readonly #counts = new Map<string, { requests: number; failures: number; at: number }>()
  countsTraffic = true
  readingFails = false
  /** What of it is away. */
  obstacle: Obstacle | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  // ---- calls

  async act(name: string, context: CallContext, scope: string, effect: () => PlainJson): Promise<PlainJson> {
    const fault = this.faultsAt.get(this.calls++) ?? this.faults.get(name)
    if (fault?.kind === 'hang-before') return never()
    await this.#takeTime(fault?.kind === 'slow' ? fault.ms : this.latencyMs)
    if (fault?.kind === 'fail' && fault.times > 0) {
      this.faults.set(name, { ...fault, times: fault.times - 1 })
      throw fault.failure
    }
    this.#requireTerm(scope, context.term)
    const outcome = effect()
    if (fault?.kind === 'hang-after') return never()
    await this.#takeTime(this.latencyMs)
    return outcome
  }

  #requireTerm(scope: string, term: number): void {
    const highest = this.#terms.get(scope) ?? 0
    if (term < highest) throw new DeployFailure('consistency', `term ${term} is over: ${highest} was seen`)
    this.#terms.set(scope, term)
  }

  /** No signal: a target does not stop what it has begun because somebody has hung up. */
  #takeTime(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.alarm(this.#clock.now() + ms, resolve)
    })
  }

  // ---- state

  healthOf(fleet: string): InstanceHealth[] {
    return [...this.instances.values()]
      .filter((instance) => instance.fleet === fleet)
      .map((instance) => this.#healthOf(instance))
  }

  #healthOf({ name, startedAt, service }: Instance): InstanceHealth {
    const age = this.#clock.now() - startedAt
    const booted = age >= service.bootMs
    const plain = { instance: name, restarts: 0, detail: booted ? '200 in 3 ms' : 'connection refused' }
    switch (service.behaviour) {
      case 'good':
        return { ...plain, state: booted ? 'healthy' : 'starting' }
      case 'squatted':
        return { ...plain, state: 'unhealthy', obstacle: { class: 'capacity', what: 'taken', command: 'free it' } }
      case 'never':
        return { ...plain, state: 'starting', detail: 'status 500, expected 200 to 299' }
      case 'crash':
        return { ...plain, state: 'unhealthy', restarts: Math.floor(age / 300), detail: 'exited with code 1' }
      case 'flap':
        return { ...plain, state: booted && Math.floor(age / 400) % 2 === 1 ? 'unhealthy' : 'healthy' }
      case 'flap-slowly':
        return { ...plain, state: age > 20_000 && Math.floor(age / 2000) % 5 === 4 ? 'unhealthy' : 'healthy' }
      case 'fades':
        return { ...plain, state: !booted ? 'starting' : age > 8_000 ? 'unhealthy' : 'healthy', detail: 'timed out' }
      case 'wrong-release':
        return { ...plain, state: 'unhealthy', hopeless: true, detail: 'another release answered' }
      default:
        return service.behaviour satisfies never
    }
  }

  /** Percent of a service's traffic. */
  weightOf(place: string, fleet: string, service: string): number {
    return this.routes.get(place)?.get(fleet)?.[service] ?? 0
  }

  /** Names of everything that stands, sorted. */
  standing(): string[] {
    return [...this.instances.values()]
      .map(({ fleet, name }) => `${fleet} ${name}`)
      .concat([...this.folders.keys()])
      .toSorted()
  }

  traffic(place: string, incoming: string, outgoing: string | undefined): TrafficReading | undefined {
    if (!this.countsTraffic) return undefined
    return {
      at: this.#clock.now(),
      incoming: this.#trafficOf(place, incoming),
      outgoing: outgoing === undefined ? none : this.#trafficOf(place, outgoing),
      unplaced: this.lost,
    }
  }

  /** What flowed until now flowed as it was divided until now. */
  count(place: string): void {
    for (const fleet of this.routes.get(place)?.keys() ?? []) this.#trafficOf(place, fleet)
  }

  /** Requests since the last look, at the weight that stands. Coarse, and enough. */
  #trafficOf(place: string, fleet: string): FleetTraffic {
    const now = this.#clock.now()
    const counted = this.#counts.get(fleet) ?? { requests: 0, failures: 0, at: now }
    const weights = Object.values(this.routes.get(place)?.get(fleet) ?? {})
    const weight = weights.length === 0 ? 0 : Math.max(...weights)
    const fresh = Math.round((((now - counted.at) / 1000) * this.requestsPerSecond * weight) / 100)
    const next = {
      requests: counted.requests + fresh,
      failures: counted.failures + Math.round(fresh * (this.failing.get(fleet) ?? 0)),
      at: now,
    }
    this.#counts.set(fleet, next)
    const spread = [[5, next.requests]] as const
    return { ...noCounts, requests: next.requests, applicationFailures: next.failures, latency: [], spread }
  }
}

const none: FleetTraffic = { ...noCounts, latency: [] }
const never = (): Promise<never> => new Promise(() => {})

const weights = z.record(z.string(), z.number())
const placeOf = ({ project, config }: { readonly project: string; readonly config: string }): string =>
  `${project}/${config}`

export function fakeDeployer(target: FakeTarget, clock: Clock): Deployer<FakeService> {
  /** Notes what had an effect. */
  const noted = <Schema extends z.ZodType>(name: string, parts: CallParts<Schema>) =>
    call({
      parameters: parts.parameters,
      async run(parameters, context) {
        const outcome = await parts.run(parameters, context)
        return outcome
      },
      async undo(parameters, outcome, context) {
        await parts.undo(parameters, outcome, context)
        target.made.push({ call: name, parameters: asPlain(parameters), undo: true })
      },
    })
  const note = (name: string, parameters: unknown): void => {
    target.made.push({ call: name, parameters: asPlain(parameters), undo: false })
  }

  return {
    kind: 'fake',
    service: fakeService,
    artifact: z.strictObject({ sha256: z.string() }),

    survey: async () => target.survey,
    check: ({ survey }, needs) => {
      const room = z.object({ room: z.number() }).parse(survey).room
      return needs.memoryBytes > room * 1_048_576
        ? [{ class: 'capacity', field: 'services', what: 'there is not enough memory', command: 'add a host' }]
        : []
    },
    prepare: () => [
      [
        {
          id: 'prepare/fetch',
          call: 'fetch',
          parameters: {},
          says: 'fetch the artifact',
          undoSays: 'delete the working copy',
          creates: { kind: 'folder', name: 'working copy' },
        },
      ],
    ],
    start: ({ incoming }, service, index) => ({
      call: 'start',
      parameters: startParameters(service, index, 0),
      alternatives: Array.from({ length: incoming.release.services[service]?.otherPlaces ?? 0 }, (_, i) =>
        startParameters(service, index, i + 1),
      ),
      says: `start ${service}/${index}`,
      undoSays: `stop ${service}/${index}`,
      creates: {
        kind: 'instance',
        name: `${service}/${index}`,
        memoryBytes: (incoming.release.services[service]?.memoryMiB ?? 0) * 1_048_576,
        ports: 1,
      },
    }),
    shift: ({ outgoing }, to, before) => [[shiftCall(outgoing, to, before)]],

    calls: {
      fetch: noted('fetch', {
        parameters: z.strictObject({}),
        run: (parameters, context) =>
          target.act('fetch', context, context.fleet, () => {
            if (!target.folders.has(`folder ${context.fleet}`)) note('fetch', parameters)
            target.folders.set(`folder ${context.fleet}`, context.key)
            return { folder: `folder ${context.fleet}` }
          }),
        undo: async (_parameters, _outcome, context) => {
          await target.act('fetch', context, context.fleet, () => target.folders.delete(`folder ${context.fleet}`))
        },
      }),
      start: noted('start', {
        parameters: z.strictObject({
          service: z.string(),
          index: z.number(),
          folder: z.string(),
          place: z.number(),
        }),
        run: (parameters, context) =>
          target.act('start', context, context.fleet, () => {
            const name = `${parameters.service}/${parameters.index}`
            if (!target.folders.has(parameters.folder)) throw new DeployFailure('user', 'the working copy is missing')
            const known = target.instances.get(`${context.fleet} ${name}`)
            if (known !== undefined) return { port: 1 }
            note('start', parameters)
            const service = fakeService.parse(servicesOf.get(context.releaseId)?.[parameters.service] ?? {})
            target.instances.set(`${context.fleet} ${name}`, {
              fleet: context.fleet,
              name,
              startedAt: clock.now(),
              service,
            })
            return { port: target.instances.size }
          }),
        undo: async ({ service, index }, _outcome, context) => {
          await target.act('stop', context, context.fleet, () =>
            target.instances.delete(`${context.fleet} ${service}/${index}`),
          )
        },
      }),
      shift: noted('shift', {
        parameters: z.strictObject({ to: weights, before: weights, outgoing: z.string().nullable() }),
        run: (parameters, context) =>
          target.act('shift', context, placeOf(context), () => {
            note('shift', parameters)
            setRoutes(target, context, parameters.outgoing, parameters.to)
            return {}
          }),
        undo: async ({ before, outgoing }, _outcome, context) => {
          await target.act('shift', context, placeOf(context), () => {
            setRoutes(target, context, outgoing, before)
            return {}
          })
        },
      }),
    },

    describeFleet: ({ id, outcomes }) => ({
      instances: [...outcomes.keys()]
        .filter((name) => name.startsWith('start/'))
        .map((name) => ({
          instance: name.slice(6),
          service: name.split('/')[1] ?? '',
          url: `http://${id}/${name.slice(6)}`,
        })),
      workingCopies: outcomes.has('prepare/fetch')
        ? ['a', 'b'].map((host) => ({ host: `hst_${host}`, hostName: host, workingCopy: `copy-${host}` }))
        : [],
      addresses: [],
    }),

    obstacle: () => target.obstacle,
    async readHealth(fleet) {
      servicesOf.set(fleet.releaseId, fleet.release.services)
      return target.healthOf(fleet.id)
    },
    readTraffic: async (incoming, outgoing) => {
      if (target.readingFails) throw new DeployFailure('platform', 'the balancer does not answer')
      const { project, config } = incoming.release
      return target.traffic(`${project}/${config}`, incoming.id, outgoing?.id)
    },
  }
}

const startParameters = (service: string, index: number, place: number): PlainJson => ({
  service,
  index,
  folder: outcomeOf('prepare/fetch', 'folder'),
  place,
})

/** How the services of a release behave: a real target reads that out of the artifact. */
export const servicesOf = new Map<string, Readonly<Record<string, CommonService>>>()

function shiftCall(
  outgoing: Fleet | undefined,
  to: Situation['survey'] & Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): PlannedCall {
  const text = Object.entries(to)
    .map(([service, weight]) => `${service}=${weight}`)
    .join(',')
  return {
    id: `shift/${text}`,
    call: 'shift',
    parameters: { to, before, outgoing: outgoing?.id ?? null },
    says: `give the new version ${text} percent`,
    undoSays: 'give it what it had before',
  }
}

function setRoutes(
  target: FakeTarget,
  context: CallContext,
  outgoing: string | null,
  to: Readonly<Record<string, number>>,
): void {
  target.count(placeOf(context))
  const left = Object.fromEntries(Object.entries(to).map(([service, weight]) => [service, 100 - weight]))
  const routes = new Map<string, Record<string, number>>([[context.fleet, { ...to }]])
  if (outgoing !== null) routes.set(outgoing, left)
  target.routes.set(placeOf(context), routes)
}

const asPlain = (value: unknown): PlainJson => JSON.parse(JSON.stringify(value)) as PlainJson
