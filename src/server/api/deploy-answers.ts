/** What the verbs of deploying answer, as our own API says it: the same members, times as RFC 3339. */
import type { z } from 'zod'
import type {
  ApprovalSight,
  BakeSight,
  CallSummary,
  Deployment,
  DeploymentDescription,
  Evidence,
  Explanation,
  FleetStatus,
  Key,
  ListedKey,
  Lock,
  NamedActor,
  PassedState,
  PlaceStatus,
  Pointer,
  StoredRelease,
  TrafficSample,
} from '../../deploy/index.ts'
import type * as schema from './deploy-schemas.ts'
import { Payload } from './json-body.ts'
import { timeOf } from './schemas.ts'
import type { trafficSample } from './traffic-schemas.ts'

const nullableTimeOf = (ms: number | null): string | null => (ms === null ? null : timeOf(ms))

/** A deployment without what it remembers for itself, and without its plan, which may be long. */
type Summary = Omit<Deployment, 'plan' | 'progress' | 'sight' | 'requestedBy'> & { readonly requestedBy: NamedActor }

export function summaryOf(deployment: Summary): z.output<typeof schema.deploymentSummary> {
  const { id, project, config, target, kind, releaseId, fleet, retryOf, startFrom, status, course, state } = deployment
  const { control, controlReason, planHash, diagnosis, evidence, executionArn } = deployment
  return {
    ...{ id, project, config, target, kind, releaseId, fleet, retryOf, startFrom, status, course, state },
    ...{ control, controlReason, planHash, diagnosis, executionArn },
    evidence: evidence === undefined ? undefined : evidenceOf(evidence),
    unreviewed: deployment.glass !== undefined && deployment.glass.reviewed === undefined,
    requestedBy: actorOf(deployment.requestedBy),
    createdAt: timeOf(deployment.createdAt),
    deadlineAt: timeOf(deployment.deadlineAt),
    pausedAt: nullableTimeOf(deployment.pausedAt),
    committedAt: nullableTimeOf(deployment.committedAt),
    endedAt: nullableTimeOf(deployment.endedAt),
  }
}

const evidenceOf = ({ back, ...evidence }: Evidence) => ({
  ...evidence,
  ...(back === undefined ? {} : { back: { ...back, from: timeOf(back.from), until: timeOf(back.until) } }),
})

const actorOf = ({ type, id, via, name }: NamedActor) => ({ type, id, via, ...(name === undefined ? {} : { name }) })

export function deploymentOf(description: DeploymentDescription): z.output<typeof schema.deployment> {
  const { waitingFor, healthy, instances, weights, traffic, hooks, remarks, forwardOnly, addresses } = description
  const { serving, warm, step, seenAt, former, sample, offers } = description
  return {
    ...summaryOf(description),
    ...{
      waitingFor,
      healthy,
      instances,
      weights,
      traffic,
      hooks,
      remarks,
      forwardOnly,
      addresses,
      serving,
      former,
      offers,
    },
    states: description.states.map(passedStateOf),
    step: step === null ? null : { ...step, bake: step.bake === null ? null : bakeOf(step.bake) },
    seenAt: nullableTimeOf(seenAt),
    calls: description.calls.map(callOf),
    warm: warm === null ? null : { ...warm, until: nullableTimeOf(warm.until) },
    sample: sample === null ? null : sampleOf(sample),
    approval: description.approval === null ? null : approvalOf(description.approval),
  }
}

const approvalOf = ({ askedAt, expiresAt, votes, glass, ...approval }: ApprovalSight) => ({
  ...approval,
  askedAt: timeOf(askedAt),
  expiresAt: timeOf(expiresAt),
  votes: votes.map(({ by, votedAt, ...vote }) => ({ ...vote, by: actorOf(by), votedAt: timeOf(votedAt) })),
  glass: glass === null ? null : glassOf(glass),
})

const glassOf = ({ by, person, reason, at, reviewed }: NonNullable<ApprovalSight['glass']>) => ({
  ...{ by: actorOf(by), person, reason, at: timeOf(at) },
  reviewed: reviewed === undefined ? null : { by: reviewed.person, note: reviewed.note, at: timeOf(reviewed.at) },
})

export const sampleOf = ({ from, to, ...sample }: TrafficSample): z.output<typeof trafficSample> => ({
  ...sample,
  from: timeOf(from),
  to: timeOf(to),
})

const passedStateOf = (passed: PassedState) => ({
  ...passed,
  startedAt: timeOf(passed.startedAt),
  endedAt: nullableTimeOf(passed.endedAt),
})

const bakeOf = (bake: BakeSight) => ({ ...bake, since: timeOf(bake.since), until: timeOf(bake.until) })

const callOf = (call: CallSummary) => ({
  ...call,
  madeAt: nullableTimeOf(call.madeAt),
  answeredAt: nullableTimeOf(call.answeredAt),
  undoneAt: nullableTimeOf(call.undoneAt),
})

export const explanationOf = (explanation: Explanation): z.output<typeof schema.explanation> => ({
  ...explanation,
  deployment: summaryOf(explanation.deployment),
  failedCalls: explanation.failedCalls.map(callOf),
  states: explanation.states.map(passedStateOf),
})

export const pointerOf = (pointer: Pointer): z.output<typeof schema.pointer> => ({
  ...pointer,
  warmUntil: nullableTimeOf(pointer.warmUntil),
})

export const placeStatusOf = (status: PlaceStatus): z.output<typeof schema.placeStatus> => ({
  project: status.project,
  config: status.config,
  pointer: pointerOf(status.pointer),
  serving: fleetStatusOf(status.serving),
  warm: fleetStatusOf(status.warm),
  underWay: status.underWay === null ? null : deploymentOf(status.underWay),
  locks: status.locks.map(lockOf),
  protection: status.protection,
  closed: status.closed === null ? null : lockOf(status.closed),
  history: status.history.map(summaryOf),
})

function fleetStatusOf(fleet: FleetStatus | null) {
  if (fleet === null) return null
  const { until, since, requestedBy } = fleet
  return {
    ...fleet,
    until: nullableTimeOf(until),
    since: nullableTimeOf(since),
    requestedBy: actorOf(requestedBy),
    instances: fleet.instances.map(({ startedAt, ...one }) => ({
      ...one,
      ...(startedAt === undefined ? {} : { startedAt: timeOf(startedAt) }),
    })),
  }
}

export const lockOf = (lock: Lock): z.output<typeof schema.lock> => ({
  ...lock,
  takenAt: timeOf(lock.takenAt),
  expiresAt: timeOf(lock.expiresAt),
})

export const keyOf = ({ pem, ...key }: Key): z.output<typeof schema.key> => ({
  ...key,
  publicKey: pem,
  createdAt: timeOf(key.createdAt),
  revokedAt: nullableTimeOf(key.revokedAt),
})

export const listedKeyOf = ({ releases, lastRelease, ...key }: ListedKey): z.output<typeof schema.listedKey> => ({
  ...keyOf(key),
  releases,
  lastRelease: lastRelease === null ? null : { ...lastRelease, acceptedAt: timeOf(lastRelease.acceptedAt) },
})

export const releaseOf = (release: StoredRelease): z.output<typeof schema.release> => ({
  ...release,
  document: new Payload(release.document),
  signedAt: timeOf(release.signedAt),
  acceptedAt: timeOf(release.acceptedAt),
})
