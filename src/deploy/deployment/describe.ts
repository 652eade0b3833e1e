/** A deployment as whoever watches it sees it: what it has done, does and will do, from what is stored. */
import type { FleetDescription, InstancePlace } from '../deployer.ts'
import { approvalOf, type ApprovalSight } from '../approval/describe.ts'
import type { Deploys } from '../deploys.ts'
import { named, type NamedActor } from '../named.ts'
import type { InstanceHealth } from '../health/judge.ts'
import { type Intent, intentsOfDeployment, type IntentStatus } from '../intent/rows.ts'
import type { StateName } from '../machine/states.ts'
import { type Act, idOf, type Plan, stageName, textOf } from '../plan/plan.ts'
import type { Queries } from '../sql.ts'
import type { TrafficSample } from '../evidence/samples.ts'
import { requireDeployer, standingsOf } from './fleet.ts'
import { type Offers, offersOf } from './offers.ts'
import { type Pointer, pointerOf } from './pointer.ts'
import { type Deployment, type PastDeployment, type Progress, releaseOfFleet } from './rows.ts'
import { newestSampleOf } from './samples.ts'
import type { Sight } from './sight.ts'
import { type Visit, visitsOf } from './visits.ts'

/** What has become of a call. `planned`: its turn has not come. */
export type CallSummary = {
  readonly id: string
  /** The state that makes it, with the number of the step where there are several: `Start/1`. */
  readonly stage: string
  /** `do` makes or changes something; `undo` takes down what another deployment has left. */
  readonly kind: Act['kind']
  readonly service?: string
  readonly says: string
  /** How it would be, or was, taken back. Not of an `undo`. */
  readonly undoSays?: string
  readonly status: IntentStatus | 'planned'
  /** When it was written down, just before it was made; when it answered; when it had been taken back. */
  readonly madeAt: number | null
  readonly answeredAt: number | null
  readonly undoneAt: number | null
  readonly failure?: string
}

export type PassedState = {
  readonly state: StateName
  /** Number of the strategy's step, from 1, in states that are run once for each of several. */
  readonly step: number | null
  readonly startedAt: number
  /** Null while it is under way. */
  readonly endedAt: number | null
}

/** An instance of the new version: where it is, and how it was last seen. */
export type SeenInstance = InstancePlace & Partial<Omit<InstanceHealth, 'instance'>>

export type BakeSight = {
  readonly since: number
  /** It bakes until then at least. */
  readonly until: number
  readonly requests: { readonly wanted: number; readonly answered: number; readonly left: number }
}

export type StepSight = {
  /** From 1. */
  readonly number: number
  readonly of: number
  /** While the traffic of the step flows. */
  readonly bake: BakeSight | null
}

/** Percent of a service's traffic. */
export type ServiceWeight = { readonly service: string; readonly incoming: number; readonly outgoing: number }

export type WarmSight = { readonly fleet: string; readonly releaseId: string; readonly until: number | null }

/** A deployment as lists show it: without the plan and what it remembers for itself. */
export type DeploymentSummary = Omit<Deployment, 'plan' | 'progress' | 'sight' | 'requestedBy'> & {
  readonly requestedBy: NamedActor
}

export type DeploymentDescription = DeploymentSummary & {
  /** In the order in which they were entered; the last one is under way until the deployment ends. */
  readonly states: readonly PassedState[]
  readonly waitingFor: string | null
  /** Null before there is a plan. */
  readonly step: StepSight | null
  /** When it was last looked at; null before the first look. */
  readonly seenAt: number | null
  /** How many of the instances that must be healthy are. */
  readonly healthy: { readonly count: number; readonly of: number }
  readonly instances: readonly SeenInstance[]
  readonly weights: readonly ServiceWeight[]
  /** Null as long as the new version has no traffic, and where nobody counts. */
  readonly traffic: NonNullable<Sight['traffic']> | null
  readonly calls: readonly CallSummary[]
  readonly hooks: readonly { readonly name: string; readonly procedure: string; readonly done: boolean }[]
  /** Hooks after a failure that failed themselves, and the like. */
  readonly remarks: readonly string[]
  /** Why it is never rolled back by itself, when it is not. */
  readonly forwardOnly: string | null
  /** Where people open what this deployment brings up. */
  readonly addresses: FleetDescription['addresses']
  /** What serves the place now, and what stands beside it for an instant return. */
  readonly serving: { readonly fleet: string; readonly releaseId: string } | null
  readonly warm: WarmSight | null
  /** What served when it was planned, and serves again when it comes back. Null where nothing did. */
  readonly former: { readonly fleet: string; readonly releaseId: string } | null
  /** The newest piece of its traffic over its time; null as long as there is none. */
  readonly sample: TrafficSample | null
  readonly offers: Offers
  /** Null where nobody else was asked to agree. */
  readonly approval: ApprovalSight | null
}

type Summarized = PastDeployment & Partial<Pick<Deployment, 'plan' | 'progress' | 'sight'>>

export function summaryOf(queries: Queries, deployment: Summarized): DeploymentSummary {
  const { plan: _plan, progress: _progress, sight: _sight, ...summary } = deployment
  return { ...summary, requestedBy: named(queries, summary.requestedBy) }
}

/** Read in one go, so that its parts fit together as far as one connection's reads do. */
export function describe(deploys: Deploys, queries: Queries, deployment: Deployment): DeploymentDescription {
  const { plan, progress, sight, id } = deployment
  const intents = intentsOfDeployment(queries, id)
  const pointer = pointerOf(queries, deployment)
  const fleet = fleetOf(deploys, queries, deployment.fleet)
  return {
    ...summaryOf(queries, deployment),
    states: statesOf(visitsOf(queries, id), deployment.endedAt),
    waitingFor: isWaiting(deployment) ? (progress.waitingFor ?? null) : null,
    step: plan === undefined ? null : stepOf(plan, progress, sight),
    seenAt: sight?.at ?? null,
    healthy: { count: sight?.healthy ?? 0, of: sight?.of ?? instancesWanted(plan, progress) },
    instances: instancesOf(fleet.instances, sight?.instances ?? []),
    weights: weightsOf(deployment, intents),
    traffic: sight?.traffic ?? null,
    calls: callsOf(plan, intents),
    hooks: hooksOf(plan, progress),
    remarks: progress.remarks ?? [],
    forwardOnly: plan?.forwardOnly ?? null,
    addresses: fleet.addresses,
    serving: servingIn(pointer),
    warm: warmIn(pointer),
    former: formerOf(queries, deployment, pointer),
    sample: newestSampleOf(queries, id) ?? null,
    offers: offersOf(deploys, queries, deployment),
    approval: approvalOf(queries, deployment, deploys.clock.now()),
  }
}

function formerOf(queries: Queries, { plan, endedAt }: Deployment, pointer: Pointer): DeploymentDescription['former'] {
  // What never had a plan has replaced nothing; while it has none yet, it will be what serves.
  if (plan === undefined) return endedAt === null ? servingIn(pointer) : null
  return plan.serving === null ? null : { fleet: plan.serving, releaseId: releaseOfFleet(queries, plan.serving) }
}

const noFleet: FleetDescription = { instances: [], workingCopies: [], addresses: [] }

/** Where the parts of a fleet are, as far as its deployer tells. */
export function fleetOf(deploys: Deploys, queries: Queries, fleetId: string): FleetDescription {
  const { fleet } = standingsOf(deploys, queries, fleetId)
  return requireDeployer(deploys, fleet.release.target).describeFleet?.(fleet) ?? noFleet
}

export const servingIn = ({
  servingFleet: fleet,
  servingRelease: releaseId,
}: Pointer): DeploymentDescription['serving'] => (fleet === null || releaseId === null ? null : { fleet, releaseId })

export const warmIn = ({ warmFleet: fleet, warmRelease: releaseId, warmUntil: until }: Pointer): WarmSight | null =>
  fleet === null || releaseId === null ? null : { fleet, releaseId, until }

function statesOf(visits: readonly Visit[], endedAt: number | null): readonly PassedState[] {
  return visits.map(({ state, step, enteredAt }, index) => ({
    state,
    step: step === null ? null : step + 1,
    startedAt: enteredAt,
    endedAt: visits[index + 1]?.enteredAt ?? endedAt,
  }))
}

/** What it waited for is over with the state in which it waited. */
const waitingStates: ReadonlySet<string> = new Set([
  'Lock',
  'Approve',
  'CheckHealth',
  'Bake',
  'Watch',
] satisfies StateName[])
const isWaiting = ({ state, endedAt }: Deployment): boolean => endedAt === null && waitingStates.has(state)

function stepOf({ steps }: Plan, progress: Progress, sight: Sight | undefined): StepSight {
  const { step, shiftedAt: since } = progress
  const bake = steps[step]?.bake
  const answered = sight?.traffic?.stepRequests ?? 0
  return {
    number: Math.min(step + 1, steps.length),
    of: steps.length,
    bake:
      since === undefined || bake === undefined
        ? null
        : {
            since,
            until: since + bake.ms,
            requests: { wanted: bake.requests, answered, left: Math.max(0, bake.requests - answered) },
          },
  }
}

function instancesWanted(plan: Plan | undefined, { step }: Progress): number {
  const shares = Object.values(plan?.steps[step]?.shares ?? {})
  return shares.reduce((sum, { instances }) => sum + instances, 0)
}

/** Those that are placed, and those that were seen though nobody knows where. */
function instancesOf(places: readonly InstancePlace[], seen: readonly InstanceHealth[]): readonly SeenInstance[] {
  const byName = new Map(seen.map((one) => [one.instance, one]))
  const placed = places.map((place) => ({ ...byName.get(place.instance), ...place }))
  const known = new Set(places.map(({ instance }) => instance))
  const others = seen.filter(({ instance }) => !known.has(instance))
  return [...placed, ...others.map((one) => ({ ...one, service: one.instance.replace(/\/\d+$/, '') }))]
}

/** As the traffic was last divided by this deployment: taken back, or not begun, means all of it is with the former version. */
function weightsOf({ progress, plan, committedAt }: Deployment, intents: readonly Intent[]): readonly ServiceWeight[] {
  if (plan === undefined) return []
  const divisions = intents.filter(({ act }) => act.kind === 'do' && act.call.creates === undefined)
  const stands = committedAt !== null || divisions.some(({ status }) => status === 'done')
  const outgoing = plan.serving !== null
  return Object.keys(plan.steps.at(-1)?.shares ?? {}).map((service) => {
    const incoming = stands ? (progress.weights?.[service] ?? 0) : 0
    return { service, incoming, outgoing: outgoing ? 100 - incoming : 0 }
  })
}

function hooksOf(plan: Plan | undefined, { hooksDone }: Progress): DeploymentDescription['hooks'] {
  return (plan?.hooks ?? []).map(({ moment, index, procedure }) => {
    const name = `${moment}/${index}`
    return { name, procedure, done: hooksDone.includes(name) }
  })
}

// ---- calls

/** Those of the plan in its order, and what the log has besides. */
function callsOf(plan: Plan | undefined, intents: readonly Intent[]): readonly CallSummary[] {
  const logged = new Map(intents.map((intent) => [intent.callId, intent]))
  const planned = (plan?.stages ?? []).flatMap((stage) => stage.waves.flat().map((act) => ({ act, stage })))
  const known = new Set(planned.map(({ act }) => idOf(act)))
  return [
    ...planned.map(({ act, stage }) => callOf(act, stageName(stage), logged.get(idOf(act)))),
    ...intents.filter(({ callId }) => !known.has(callId)).map((intent) => callOf(intent.act, intent.stage, intent)),
  ]
}

function callOf(act: Act, stage: string, intent: Intent | undefined): CallSummary {
  return {
    id: idOf(act),
    stage,
    kind: act.kind,
    ...(act.kind === 'undo' || act.call.service === undefined ? {} : { service: act.call.service }),
    says: textOf(act),
    ...(act.kind === 'undo' ? {} : { undoSays: act.call.undoSays }),
    status: intent?.status ?? 'planned',
    madeAt: intent?.intendedAt ?? null,
    answeredAt: intent?.settledAt ?? null,
    undoneAt: intent?.undoneAt ?? null,
    ...(intent === undefined || intent.failure === null ? {} : { failure: intent.failure }),
  }
}
