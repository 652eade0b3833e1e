/**
 * What a deployer adds to the framework: what its releases hold, which calls bring one up, and how its health is read.
 * Everything else (signature, lock, plan, strategy, intent log, compensation, evidence, rollback) is the framework's.
 *
 * A deployer *decides* with pure functions that answer calls as data, and *does* with the `calls` table, one entry for each
 * kind of call. The framework makes the plan from the decisions, writes each call down before it makes it, repeats it when
 * nobody knows what became of it, and takes it back when the deploy fails.
 */
import type { z } from 'zod'
import type { PlainJson } from '../audit/index.ts'
import type { FailureClass, Obstacle } from './failure.ts'
import type { TrafficReading } from './evidence/traffic.ts'
import type { InstanceHealth } from './health/judge.ts'
import type { CommonArtifact, CommonService, Release, ReleaseParts } from './release/schemas.ts'

/** Something that stands after a call, until it is taken back: a process, a folder, a group of machines. */
export type Thing = {
  readonly kind: string
  readonly name: string
  /** What it needs while it stands. */
  readonly memoryBytes?: number
  readonly ports?: number
}

/** A mutating call, decided and not yet made. `parameters` may hold symbols (`outcomeOf`) for what is only known later. */
export type PlannedCall = {
  /** Unique in its deployment, and the same in every plan of the same release: `start/web/0`. */
  readonly id: string
  /** Which of the deployer's `calls`. */
  readonly call: string
  readonly parameters: PlainJson
  /** For people: what it does, and how it is taken back. */
  readonly says: string
  readonly undoSays: string
  /** What stands afterwards. A call without it changes something that stands already. */
  readonly creates?: Thing
  readonly service?: string
  /** Parameters to try instead, in this order, when there is no room for the first. */
  readonly alternatives?: readonly PlainJson[]
}

/** The call that starts one instance. Its id is `start/SERVICE/INDEX`, which the framework gives it. */
export type StartCall = Omit<PlannedCall, 'id' | 'service' | 'creates'> & { readonly creates: Thing }

/** Calls that may be made at the same time. Waves follow one another. */
export type Wave = readonly PlannedCall[]

/** What one deployment made for its release, as far as it is known: nothing before it began. */
export type Fleet<Service extends CommonService = CommonService> = {
  /** The id of the deployment that made it; in a plan, before there is one, the symbol `new`. */
  readonly id: string
  readonly releaseId: string
  readonly release: Release & { readonly services: Readonly<Record<string, Service>> }
  /** What each of its calls answered, by call id. */
  readonly outcomes: ReadonlyMap<string, PlainJson>
}

/** What decisions are made from. The same situation gives the same calls. */
export type Situation<Service extends CommonService = CommonService, Survey = PlainJson> = {
  readonly project: string
  readonly config: string
  readonly incoming: Fleet<Service>
  /** What serves now. */
  readonly outgoing: Fleet<Service> | undefined
  /** What stands warm and stays until the incoming one is committed: nothing that is decided may touch it. */
  readonly warm?: Fleet<Service> | undefined
  readonly survey: Survey
}

/** A place at rest. */
export type StandingPlace<Service extends CommonService = CommonService> = {
  readonly project: string
  readonly config: string
  /** The highest of the place: what a deployment sends that begins meanwhile has a higher one. */
  readonly term: number
  /** Ids of the fleets. */
  readonly serving: string
  readonly warm: string | null
  /** Reads them. */
  readonly fleets: () => { readonly serving: Fleet<Service>; readonly warm: Fleet<Service> | undefined }
}

export type CallContext = {
  /** The same for every repetition of this call. What the call makes must be found again by it. */
  readonly key: string
  /** Whose thing it is: stable, unique, fit for names (`dep_…`). */
  readonly fleet: string
  readonly project: string
  readonly config: string
  readonly releaseId: string
  /**
   * Fencing token. A target refuses a call whose term is lower than the highest it has seen: for the fleet, where the call is
   * about things of the fleet; for the project and config, where it divides the traffic.
   */
  readonly term: number
  /** Aborted when the answer is no longer wanted; the call may have been made all the same. */
  readonly signal: AbortSignal
  /** What it waits for, in the words of who waits: told when the time of the deployment is over meanwhile. */
  readonly waitsFor?: (what: string) => void
}

/** One kind of call. Made by `call()`, which checks the parameters. */
export interface Call {
  /**
   * Does it, and answers what later calls need to know. Called again with the same key when the answer was lost: then what
   * is there already is found and answered. @throws DeployFailure, or any error, which is then taken for the platform's
   */
  run(parameters: PlainJson, context: CallContext): Promise<PlainJson>
  /**
   * Takes it back, whatever became of it: done, half done (`outcome` undefined), never done, taken back already. When it
   * has answered, a late arrival of the call itself must not make the thing again (compare terms).
   */
  undo(parameters: PlainJson, outcome: PlainJson | undefined, context: CallContext): Promise<void>
}

export type CallParts<Schema extends z.ZodType> = {
  readonly parameters: Schema
  run(parameters: z.output<Schema>, context: CallContext): Promise<PlainJson>
  undo(parameters: z.output<Schema>, outcome: PlainJson | undefined, context: CallContext): Promise<void>
}

/** A kind of call whose parameters are checked on their way back from the log. */
export function call<Schema extends z.ZodType>(parts: CallParts<Schema>): Call {
  return {
    run: (parameters, context) => parts.run(parts.parameters.parse(parameters), context),
    undo: (parameters, outcome, context) => parts.undo(parts.parameters.parse(parameters), outcome, context),
  }
}

/** Why the target cannot take the release, found before anything is changed. */
export type Problem = {
  readonly class: Extract<FailureClass, 'user' | 'permission' | 'quota' | 'capacity' | 'platform'>
  /** Where in the release file: `services.web.ports`. */
  readonly field?: string
  readonly what: string
  /** The exact command or change that mends it. */
  readonly command: string
}

/** What the plan as a whole will need at its worst moment, besides what stands already. */
export type Needs = { readonly memoryBytes: number; readonly ports: number }

/** Percent of the traffic of each service that the incoming fleet gets. */
export type Weights = Readonly<Record<string, number>>

export interface Deployer<Service extends CommonService = CommonService, Survey = PlainJson> extends ReleaseParts {
  readonly service: z.ZodType<Service>
  readonly artifact: z.ZodType<CommonArtifact>
  readonly calls: Readonly<Record<string, Call>>

  /** Looks at the target: hosts, room, what is there. Reads only. */
  survey(fleet: Fleet<Service>, signal: AbortSignal): Promise<Survey>
  /** Pure. What the target would refuse. */
  check(situation: Situation<Service, Survey>, needs: Needs): readonly Problem[]
  /** Pure. What is needed once, before any instance: artifacts, folders. */
  prepare(situation: Situation<Service, Survey>): readonly Wave[]
  /** Pure. Brings up one instance, without traffic. All of a step are begun together. */
  start(situation: Situation<Service, Survey>, service: string, index: number): StartCall
  /**
   * Pure. Shows the instances of a step to the balancers, without traffic, while they come up: made when they have been started
   * and before they are healthy. `shift` lets nothing through that a balancer has not seen healthy by itself. Without it, there
   * is nothing to show.
   */
  join?(situation: Situation<Service, Survey>, weights: Weights, before: Weights): readonly Wave[]
  /** Pure. Divides the traffic. `weights` of 100 is the switch; taking it back restores `before`. */
  shift(situation: Situation<Service, Survey>, weights: Weights, before: Weights): readonly Wave[]

  /**
   * Tells what serves to those that divide the traffic and came after the switch. Called every few seconds for each place in which
   * no deployment is under way, so it costs next to nothing when nobody is new. Without it, nobody can come later.
   */
  attend?(standing: StandingPlace<Service>, signal: AbortSignal): Promise<void>

  /** The health of every instance of the fleet that was started and not taken down. Reads only. */
  readHealth(fleet: Fleet<Service>, signal: AbortSignal): Promise<readonly InstanceHealth[]>
  /**
   * Sums and windows of the traffic of the two fleets: only windows that had not ended at `windowsSince`, none without it. Reads
   * only. Without it, or undefined, nobody counts.
   */
  readTraffic?(
    incoming: Fleet<Service>,
    outgoing: Fleet<Service> | undefined,
    signal: AbortSignal,
    windowsSince?: number,
  ): Promise<TrafficReading | undefined>
  /**
   * What of the target is away now and keeps what was begun with this signal from its end; undefined when nothing is. Asked when
   * the time of a deployment is over: then this is why, and not the release. Without it, nothing ever is.
   */
  obstacle?(signal: AbortSignal): Obstacle | undefined
  /**
   * Pure. Where the parts of the fleet are, out of its release and what its calls answered (`fleet.outcomes`): what a call
   * has not answered yet, or no longer stands, is missing. Asked at every change while somebody watches, so it is quick. Smoke
   * tests find the instances by it, `run-command` the working copies, and people the addresses. Without it, none are known.
   */
  describeFleet?(fleet: Fleet<Service>): FleetDescription
}

/** One instance, as people and smoke tests find it. */
export type InstancePlace = {
  /** `web/0`. */
  readonly instance: string
  readonly service: string
  /** Name of the machine it runs on. */
  readonly host?: string
  /** Where the control plane reaches this very instance, past any balancer: `http://10.0.0.7:31004`. */
  readonly url?: string
}

/** A working copy of the release in which commands can be run. */
export type WorkingCopyPlace = {
  /** As `Hosts.run` takes it. */
  readonly host: string
  readonly hostName: string
  readonly workingCopy: string
}

/** Where the traffic of a service comes in: what a person opens. */
export type ServiceAddress = { readonly service: string; readonly url: string }

export type FleetDescription = {
  readonly instances: readonly InstancePlace[]
  readonly workingCopies: readonly WorkingCopyPlace[]
  readonly addresses: readonly ServiceAddress[]
}

/** Every deployer there is, by the `target` that chooses it. The first is what a release without a target means. */
export type Deployers = Readonly<Record<string, Deployer>>

// ---- symbols: what is only known at run time

const symbolKey = '$outcome'

/** Stands for a member of what another call of the same fleet will have answered. */
export function outcomeOf(callId: string, member: string): PlainJson {
  return { [symbolKey]: callId, member }
}

/** The parameters with every symbol replaced by what its call answered. Undefined where a call has not answered. */
export function resolveSymbols(value: PlainJson, outcomes: ReadonlyMap<string, PlainJson>): PlainJson | undefined {
  if (!isMembers(value)) return isList(value) ? resolveList(value, outcomes) : value
  const symbol = symbolIn(value)
  if (symbol !== undefined) return memberOf(outcomes.get(symbol.callId), symbol.member)
  const resolved = Object.entries(value).map(([name, member]) => {
    return [name, member === undefined ? undefined : resolveSymbols(member, outcomes)] as const
  })
  const missing = resolved.some(([name, member]) => member === undefined && value[name] !== undefined)
  return missing ? undefined : Object.fromEntries(resolved)
}

function resolveList(values: readonly PlainJson[], outcomes: ReadonlyMap<string, PlainJson>): PlainJson | undefined {
  const resolved = values.flatMap((item) => {
    const found = resolveSymbols(item, outcomes)
    return found === undefined ? [] : [found]
  })
  return resolved.length === values.length ? resolved : undefined
}

/** The parameters as a plan prints them: `⟨port of start/web/0⟩`. */
export function showSymbols(value: PlainJson): PlainJson {
  if (isList(value)) return value.map(showSymbols)
  if (!isMembers(value)) return value
  const symbol = symbolIn(value)
  if (symbol !== undefined) return `⟨${symbol.member} of ${symbol.callId}⟩`
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, member === undefined ? undefined : showSymbols(member)]),
  )
}

function symbolIn(value: Members): { readonly callId: string; readonly member: string } | undefined {
  const { [symbolKey]: callId, member } = value
  return typeof callId === 'string' && typeof member === 'string' ? { callId, member } : undefined
}

type Members = { readonly [name: string]: PlainJson | undefined }
const isList = (value: PlainJson): value is readonly PlainJson[] => Array.isArray(value)
const isMembers = (value: PlainJson): value is Members => typeof value === 'object' && value !== null && !isList(value)

function memberOf(outcome: PlainJson | undefined, name: string): PlainJson | undefined {
  return outcome !== undefined && isMembers(outcome) && Object.hasOwn(outcome, name) ? outcome[name] : undefined
}
