/** What a server answers about deployments, as far as the command line shows it. */
import { z } from 'zod'
import { maybe, pageOf, time } from './answers.ts'

const count = z.number()

// ---- plans

const thing = z.object({ kind: z.string(), name: z.string(), memoryBytes: maybe(count), ports: maybe(count) })

const plannedCall = z.object({
  id: z.string(),
  call: z.string(),
  parameters: z.unknown(),
  says: z.string(),
  undoSays: z.string(),
  creates: maybe(thing),
  service: maybe(z.string()),
  alternatives: maybe(z.array(z.unknown())),
})

const act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('do'), call: plannedCall }),
  z.object({ kind: z.literal('undo'), id: z.string(), says: z.string(), deletes: maybe(thing) }),
])

const stage = z.object({ state: z.string(), step: maybe(count), waves: z.array(z.array(act)) })

const step = z.object({
  shares: z.record(z.string(), z.object({ instances: count, weight: count })),
  bake: z.object({ ms: count, requests: count }),
})

const kind = z.enum(['deploy', 'rollback', 'return'])

export const plan = z.object({
  kind,
  project: z.string(),
  config: z.string(),
  target: z.string(),
  releaseId: z.string(),
  serving: maybe(z.string()),
  warm: maybe(z.string()),
  steps: z.array(step),
  stages: z.array(stage),
  later: stage,
  warmMs: count,
  hooks: z.array(z.object({ moment: z.string(), procedure: z.string() })),
  forwardOnly: maybe(z.string()),
  stopped: z.array(z.string()),
  cold: z.array(z.string()).default([]),
  needs: z.object({ memoryBytes: count, ports: count }),
})

const problem = z.object({ class: z.string(), field: maybe(z.string()), what: z.string(), command: z.string() })

export const planAnswer = z.object({ plan, hash: z.string(), problems: z.array(problem) })

// ---- deployments

/** An instance: where it is, and how it was last seen. */
const instance = z.object({
  instance: z.string(),
  service: z.string(),
  host: maybe(z.string()),
  url: maybe(z.string()),
  state: maybe(z.enum(['starting', 'healthy', 'unhealthy', 'gone'])),
  restarts: maybe(count),
  detail: maybe(z.string()),
})

/** As its host finds it now. */
const liveInstance = instance.extend({
  port: maybe(count),
  startedAt: maybe(time),
  memoryBytes: maybe(count),
})

const address = z.object({ service: z.string(), url: z.string() })

const seenTraffic = z.object({
  requests: count,
  failures: count,
  lost: count,
  clientAborts: count,
  p99Ms: maybe(count),
})

const phase = z.object({
  ms: count,
  requests: count,
  applicationFailures: count,
  deliveryFailures: count,
  clientAborts: count,
  p50Ms: maybe(count),
  p99Ms: maybe(count),
})

const evidence = z.object({ before: phase, during: phase, after: phase, madeBySwitch: count })

const sampled = z.object({
  requests: count,
  failures: count,
  lost: count,
  p50Ms: maybe(count),
  p99Ms: maybe(count),
})
const sample = z.object({ from: time, to: time, incoming: sampled, outgoing: sampled })
export const traffic = z.object({ items: z.array(sample) })
export type TrafficSample = z.infer<typeof sample>

const diagnosis = z.object({
  class: z.string(),
  state: z.string(),
  call: maybe(z.string()),
  field: maybe(z.string()),
  what: z.string(),
  meaning: z.string(),
  mender: z.enum(['author', 'operator', 'nobody']),
  command: z.string(),
})

const actor = z.object({ type: z.string(), id: z.string(), name: maybe(z.string()) })

export const deployment = z.object({
  id: z.string(),
  project: z.string(),
  config: z.string(),
  target: z.string(),
  kind,
  releaseId: z.string(),
  retryOf: maybe(z.string()),
  status: z.enum(['running', 'paused', 'succeeded', 'failed', 'halted']),
  course: z.enum(['forward', 'compensate', 'finish']),
  state: z.string(),
  control: z.enum(['run', 'pause', 'halt']),
  controlReason: maybe(z.string()),
  planHash: maybe(z.string()),
  diagnosis: maybe(diagnosis),
  evidence: maybe(evidence),
  executionArn: maybe(z.string()),
  requestedBy: actor,
  createdAt: time,
  deadlineAt: time,
  pausedAt: maybe(time),
  committedAt: maybe(time),
  endedAt: maybe(time),
})

const callSummary = z.object({
  id: z.string(),
  /** The state that makes it, with the number of the step where there are several: `Start/1`. */
  stage: z.string(),
  kind: maybe(z.enum(['do', 'undo'])),
  says: z.string(),
  status: z.enum(['planned', 'intended', 'done', 'failed', 'undone']),
  failure: maybe(z.string()),
})

const passedState = z.object({
  state: z.string(),
  /** From 1, in states that are run once for each of several. */
  step: maybe(count),
  startedAt: time,
  endedAt: maybe(time),
})

const requests = z.object({ wanted: count, answered: count, left: count })
const bake = z.object({ since: time, until: time, requests })

/** Everything about a deployment. A stream may leave out the plan, which never changes. */
export const description = deployment.extend({
  plan: maybe(plan),
  states: z.array(passedState),
  waitingFor: maybe(z.string()),
  step: maybe(z.object({ number: count, of: count, bake: maybe(bake) })),
  healthy: z.object({ count, of: count }),
  instances: z.array(instance),
  weights: z.array(z.object({ service: z.string(), incoming: count, outgoing: count })),
  traffic: maybe(z.object({ incoming: seenTraffic, outgoing: seenTraffic })),
  calls: z.array(callSummary),
  hooks: z.array(z.object({ name: z.string(), procedure: z.string(), done: z.boolean() })),
  remarks: z.array(z.string()),
  addresses: z.array(address),
  serving: maybe(z.object({ fleet: z.string(), releaseId: z.string() })),
  warm: maybe(z.object({ fleet: z.string(), releaseId: z.string(), until: maybe(time) })),
})

export const explanation = z.object({
  deployment,
  diagnosis: maybe(diagnosis),
  failedCalls: z.array(callSummary),
  unhealthy: z.array(instance).default([]),
  waitingFor: maybe(z.string()),
  remarks: z.array(z.string()),
})

export const deploymentPage = pageOf(deployment)
export const begun = z.object({ id: z.string(), releaseId: z.string() })

// ---- places, releases, locks, keys

export const lock = z.object({
  project: z.string(),
  config: z.string(),
  kind: z.enum(['deployment', 'person']),
  owner: maybe(z.string()),
  ownerName: maybe(z.string()),
  reason: z.string(),
  takenAt: time,
  expiresAt: time,
})

export const pointer = z.object({
  project: z.string(),
  config: z.string(),
  servingFleet: maybe(z.string()),
  servingRelease: maybe(z.string()),
  warmFleet: maybe(z.string()),
  warmRelease: maybe(z.string()),
  warmUntil: maybe(time),
})

const fleetStatus = z.object({
  fleet: z.string(),
  releaseId: z.string(),
  until: maybe(time),
  deployment: z.string(),
  since: maybe(time),
  requestedBy: actor,
  instances: z.array(liveInstance),
  addresses: z.array(address),
})

export const placeStatus = z.object({
  serving: maybe(fleetStatus),
  warm: maybe(fleetStatus),
  underWay: maybe(description),
  /** Of the deployment under way, and of who has closed it. */
  locks: z.array(lock),
  closed: maybe(lock),
  /** Newest first. */
  history: z.array(deployment),
})

export const storedRelease = z.object({
  id: z.string(),
  project: z.string(),
  config: z.string(),
  target: z.string(),
  digest: z.string(),
  /** Canonical JSON, or the same parsed. */
  document: z.unknown(),
  keyId: z.string(),
  signedAt: time,
  acceptedAt: time,
})

export const key = z.object({ id: z.string(), name: z.string(), createdAt: time, revokedAt: maybe(time) })

export const rollbackAnswer = z.object({
  outcome: z.enum(['halted', 'rollback', 'return']),
  deployment: z.string(),
  releaseId: z.string(),
})

export const breakAnswer = z.object({
  outcome: z.enum(['opened', 'halting']),
  owner: z.string(),
  ownerName: maybe(z.string()),
})

const side = z.object({ id: z.string(), project: z.string(), config: z.string(), kind, releaseId: z.string() })
const patch = z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown() }))

export const comparison = z.object({
  from: side,
  to: side,
  release: patch,
  plan: maybe(
    z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.object({ call: z.string(), change: patch })),
      reordered: z.boolean(),
      around: patch,
    }),
  ),
})

export type Plan = z.infer<typeof plan>
export type PlanStage = z.infer<typeof stage>
export type PlanAct = z.infer<typeof act>
export type PlanAnswer = z.infer<typeof planAnswer>
export type Deployment = z.infer<typeof deployment>
export type DeploymentDescription = z.infer<typeof description>
export type Explanation = z.infer<typeof explanation>
export type Evidence = z.infer<typeof evidence>
export type Diagnosis = z.infer<typeof diagnosis>
export type SeenInstance = z.infer<typeof instance>
export type SeenTraffic = z.infer<typeof seenTraffic>
export type PassedState = z.infer<typeof passedState>
export type FleetStatus = z.infer<typeof fleetStatus>
export type Lock = z.infer<typeof lock>
export type Pointer = z.infer<typeof pointer>
export type PlaceStatus = z.infer<typeof placeStatus>
export type Key = z.infer<typeof key>
export type Comparison = z.infer<typeof comparison>
export type PatchSteps = z.infer<typeof patch>
export type StoredRelease = z.infer<typeof storedRelease>
