/** What our own API says about deploying: the schemas of its answers. Members that are null have not happened, or are not there. */
import { z } from 'zod'
import { failureClasses, forwardStates } from '../../deploy/index.ts'
import { actor, approval, protection } from './approval-schemas.ts'
import { payload } from './json-body.ts'
import { time } from './schemas.ts'
import { evidence, trafficOfBoth, trafficSample } from './traffic-schemas.ts'

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

export const place = z.object({
  project: z.string().meta({ examples: ['acme/shop'] }),
  config: z.string().meta({ examples: ['production'] }),
})

export const diagnosis = z
  .object({
    class: z
      .enum([...failureClasses, 'halted'])
      .meta({ description: 'What kind of fault, which decides what is tried.' }),
    state: z.string().meta({ description: 'The state in which it happened.' }),
    call: z.string().optional().meta({ description: 'The call that failed, as the plan names it.' }),
    field: z.string().optional().meta({ description: 'Where in the release file.' }),
    what: z.string().meta({ description: 'What happened, in the words of who saw it.' }),
    meaning: z.string(),
    mender: z.enum(['author', 'operator', 'nobody']).meta({ description: 'Who can mend it.' }),
    command: z.string().meta({ description: 'The exact next step.' }),
  })
  .meta({ id: 'Diagnosis' })

const thing = z.object({
  kind: z.string(),
  name: z.string(),
  memoryBytes: z.number().optional(),
  ports: z.number().optional(),
})
const parameters = z.unknown().meta({ description: 'Any JSON value; `$outcome` stands for what is only known later.' })
const plannedCall = z.object({
  id: z.string(),
  call: z.string(),
  parameters,
  says: z.string(),
  undoSays: z.string(),
  creates: thing.optional(),
  service: z.string().optional(),
  alternatives: list(z.unknown()).optional(),
})
const act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('do'), call: plannedCall }),
  z.object({
    kind: z.literal('undo'),
    id: z.string(),
    fleet: z.string(),
    of: z.object({ deployment: z.string(), call: z.string() }),
    says: z.string(),
    deletes: thing.optional(),
  }),
])
const stage = z.object({ state: z.string(), step: z.int().optional(), waves: list(list(act)) })
const share = z.object({ instances: z.int(), weight: z.number() })

export const plan = z
  .object({
    kind: z.enum(['deploy', 'rollback', 'return']),
    ...place.shape,
    target: z.string(),
    releaseId: z.string(),
    digest: z.string(),
    serving: z.string().nullable(),
    warm: z.string().nullable(),
    steps: list(
      z.object({ shares: z.record(z.string(), share), bake: z.object({ ms: z.number(), requests: z.int() }) }),
    ),
    stages: list(stage).meta({ description: 'Every mutating call, state by state, in waves that follow one another.' }),
    later: stage.meta({ description: 'What is taken down when the former version has stood warm long enough.' }),
    warmMs: z.number(),
    hooks: list(z.object({ moment: z.string(), index: z.int(), procedure: z.string() })),
    forwardOnly: z.string().nullable(),
    stopped: list(z.string()),
    cold: list(z.string()).optional(),
    needs: z.object({ memoryBytes: z.number(), ports: z.number() }),
  })
  .meta({ id: 'Plan' })

export const planAnswer = z
  .object({
    plan,
    hash: z.string().meta({ description: 'Send it as `planHash`, and the deployment goes ahead only with this plan.' }),
    problems: list(
      z.object({
        class: z.enum(failureClasses),
        field: z.string().optional(),
        what: z.string(),
        command: z.string(),
      }),
    ).meta({ description: 'What the target would refuse as it is now.' }),
    text: z.string().meta({ description: 'The plan as people read it.' }),
  })
  .meta({ id: 'PlanAnswer' })

export const deploymentSummary = z
  .object({
    id: z.string().meta({ examples: ['dep_01kah3v6r3c0pmv8m2zq7w9x5t'] }),
    ...place.shape,
    target: z.string(),
    kind: z.enum(['deploy', 'rollback', 'return']).meta({
      description: '`rollback`: back to the warm version. `return`: another release of the history, brought up anew.',
    }),
    releaseId: z.string(),
    fleet: z
      .string()
      .meta({ description: 'What it brings up, or goes back to: the id of the deployment that made it.' }),
    retryOf: z.string().nullable(),
    startFrom: z.string().nullable(),
    status: z.enum(['running', 'paused', 'succeeded', 'failed', 'halted']),
    course: z.enum(['forward', 'compensate', 'finish']).meta({
      description: '`compensate`: on its way back. `finish`: its release is in charge, only cleaning up is left.',
    }),
    state: z.string().meta({ description: `On the way forward: ${forwardStates.join(', ')}.` }),
    control: z.enum(['run', 'pause', 'halt']).meta({ description: 'What somebody wants of it.' }),
    controlReason: z.string().nullable(),
    planHash: z.string().nullable(),
    diagnosis: diagnosis.optional(),
    evidence: evidence.optional(),
    unreviewed: z
      .boolean()
      .meta({ description: 'It went ahead without approval, and nobody else has looked at it yet.' }),
    requestedBy: actor,
    executionArn: z.string().nullable().meta({ description: 'Its state machine’s execution.' }),
    createdAt: time,
    deadlineAt: time,
    pausedAt: time.nullable(),
    committedAt: time
      .nullable()
      .meta({ description: 'When its release was put in charge: from then on it cannot fail.' }),
    endedAt: time.nullable(),
  })
  .meta({ id: 'DeploymentSummary' })

const callSummary = z.object({
  id: z.string(),
  stage: z
    .string()
    .meta({ description: 'The state that makes it, with the number of the step where there are several.' }),
  kind: z.enum(['do', 'undo']),
  service: z.string().optional(),
  says: z.string(),
  undoSays: z.string().optional().meta({ description: 'How it would be, or was, taken back.' }),
  status: z.enum(['planned', 'intended', 'done', 'failed', 'undone']),
  madeAt: time.nullable(),
  answeredAt: time.nullable(),
  undoneAt: time.nullable(),
  failure: z.string().optional(),
})

const passedState = z.object({
  state: z.string(),
  step: z.int().nullable().meta({ description: 'Of the strategy, from 1, in states that are run once for each step.' }),
  startedAt: time,
  endedAt: time.nullable().meta({ description: 'Null while it is under way.' }),
})

const instancePlace = z.object({
  instance: z.string(),
  service: z.string(),
  host: z.string().optional(),
  url: z.string().optional(),
})
const seenInstance = instancePlace.extend({
  state: z.enum(['starting', 'healthy', 'unhealthy', 'gone']).optional(),
  restarts: z.int().optional(),
  hopeless: z.boolean().optional(),
  obstacle: z
    .object({ class: z.string(), what: z.string(), command: z.string() })
    .optional()
    .meta({ description: 'The target stands in its way, and not the release: what mends that.' }),
  detail: z.string().optional(),
})
const liveInstance = instancePlace.extend({
  state: z.enum(['starting', 'healthy', 'unhealthy', 'gone']).optional().meta({
    description: 'As of now. Missing when nobody was asked, or nobody answered: `detail` says why.',
  }),
  port: z.int().optional(),
  restarts: z.int().optional(),
  startedAt: time.optional().meta({ description: 'Since then it runs without a break.' }),
  memoryBytes: z.int().optional().meta({ description: 'Of all its processes.' }),
  detail: z.string().optional(),
})
const address = z.object({ service: z.string(), url: z.string() })

const stepSight = z.object({
  number: z.int().meta({ description: 'From 1.' }),
  of: z.int(),
  bake: z
    .object({
      since: time,
      until: time.meta({ description: 'It is watched until then at least.' }),
      requests: z.object({ wanted: z.int(), answered: z.int(), left: z.int() }),
    })
    .nullable()
    .meta({ description: 'While the traffic of the step flows.' }),
})

const offers = z
  .object({
    halt: z.boolean(),
    pause: z.boolean(),
    resume: z.boolean(),
    retry: z.boolean(),
    from: list(z.string()).meta({ description: 'At which states `retry` or `resume` may begin.' }),
    rollback: z
      .object({
        kind: z.enum(['rollback', 'return']),
        releaseId: z.string().meta({ description: 'What would serve then.' }),
        tookMs: z.number().nullable().meta({ description: 'How long the last switch back took in this place.' }),
      })
      .nullable(),
  })
  .meta({ description: 'What can be asked of it now: the rest would be refused.' })

const fleetAndRelease = { fleet: z.string(), releaseId: z.string() }

export const deployment = deploymentSummary
  .extend({
    states: list(passedState).meta({ description: 'Its way; the last one is under way until the deployment ends.' }),
    waitingFor: z.string().nullable(),
    step: stepSight.nullable(),
    seenAt: time.nullable().meta({ description: 'When its instances were last looked at.' }),
    healthy: z.object({ count: z.int(), of: z.int() }),
    instances: list(seenInstance),
    weights: list(z.object({ service: z.string(), incoming: z.number(), outgoing: z.number() })).meta({
      description: 'Percent of the traffic of each service.',
    }),
    traffic: trafficOfBoth.nullable().meta({ description: 'Since the new version has traffic.' }),
    calls: list(callSummary).meta({ description: 'Every call of the plan, and what was made besides, in order.' }),
    hooks: list(z.object({ name: z.string(), procedure: z.string(), done: z.boolean() })),
    remarks: list(z.string()),
    forwardOnly: z.string().nullable().meta({ description: 'Why it is never rolled back by itself, when it is not.' }),
    addresses: list(address).meta({ description: 'Where people open it.' }),
    serving: z.object(fleetAndRelease).nullable(),
    warm: z
      .object({ ...fleetAndRelease, until: time.nullable() })
      .nullable()
      .meta({ description: 'Stands beside it for an instant return.' }),
    former: z
      .object(fleetAndRelease)
      .nullable()
      .meta({ description: 'What served when it was planned, and serves again when it comes back.' }),
    sample: trafficSample.nullable().meta({ description: 'The newest piece of its traffic over its time.' }),
    offers,
    approval: approval.nullable().meta({ description: 'Null where nobody else was asked to agree.' }),
  })
  .meta({ id: 'Deployment' })

export const deploymentPlan = z
  .object({ plan, hash: z.string(), text: z.string() })
  .meta({ id: 'DeploymentPlan', description: 'What was planned, and as people read it.' })

export const explanation = z
  .object({
    deployment: deploymentSummary,
    diagnosis: diagnosis.optional().meta({ description: 'Absent while it is well.' }),
    failedCalls: list(callSummary),
    unhealthy: list(seenInstance),
    states: list(passedState),
    waitingFor: z.string().nullable(),
    remarks: list(z.string()),
  })
  .meta({ id: 'Explanation' })

export const begun = z.object({
  id: z.string(),
  releaseId: z.string(),
  executionArn: z.string(),
})

export const rollbackAnswer = z.object({
  outcome: z.enum(['halted', 'rollback', 'return']).meta({
    description:
      '`halted`: the deployment under way is taken back. `rollback`: the warm version gets the traffic. `return`: the release is brought up anew.',
  }),
  deployment: z.string(),
  releaseId: z.string(),
})

const patch = list(
  z.object({ op: z.enum(['test', 'add', 'replace', 'remove']), path: z.string(), value: z.unknown().optional() }),
)
const side = deploymentSummary.pick({
  id: true,
  project: true,
  config: true,
  kind: true,
  releaseId: true,
  status: true,
})
export const comparison = z
  .object({
    from: side,
    to: side,
    release: patch.meta({ description: 'What the release files say differently, as JSON Patch.' }),
    plan: z
      .object({
        added: list(z.string()),
        removed: list(z.string()),
        changed: list(z.object({ call: z.string(), change: patch })),
        reordered: z.boolean(),
        around: patch,
      })
      .optional()
      .meta({ description: 'What was planned differently; absent when one of them has no plan.' }),
  })
  .meta({ id: 'Comparison' })

export const pointer = z
  .object({
    ...place.shape,
    servingFleet: z.string().nullable(),
    servingRelease: z.string().nullable(),
    warmFleet: z.string().nullable(),
    warmRelease: z
      .string()
      .nullable()
      .meta({ description: 'Runs without traffic: going back to it takes one switch.' }),
    warmUntil: time.nullable(),
  })
  .meta({ id: 'Pointer', description: 'What serves a place, and what stands warm beside it.' })

export const lock = z
  .object({
    ...place.shape,
    kind: z.enum(['deployment', 'person']),
    owner: z.string().nullable(),
    ownerName: z.string().optional().meta({ description: 'Of a person: the name of their token.' }),
    reason: z.string(),
    term: z.int().meta({ description: 'Fencing token.' }),
    takenAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Lock' })

const fleetStatus = z.object({
  ...fleetAndRelease,
  until: time.nullable().meta({ description: 'Of a warm one: until when it stands at least.' }),
  deployment: z.string().meta({ description: 'The deployment that put it in charge last.' }),
  since: time.nullable(),
  requestedBy: actor,
  instances: list(liveInstance),
  addresses: list(address),
})

export const placeStatus = z
  .object({
    ...place.shape,
    pointer,
    serving: fleetStatus.nullable(),
    warm: fleetStatus.nullable(),
    underWay: deployment.nullable(),
    locks: list(lock),
    closed: lock.nullable().meta({ description: 'Who has closed it, if somebody has.' }),
    protection: protection.nullable().meta({ description: 'Null where nobody else is asked.' }),
    history: list(deploymentSummary).meta({ description: 'The newest, newest first.' }),
  })
  .meta({ id: 'PlaceStatus' })

export const release = z
  .object({
    id: z.string(),
    ...place.shape,
    target: z.string(),
    digest: z.string().meta({ description: 'SHA-256 of its canonical text (RFC 8785).' }),
    document: payload('The release as it was signed, in canonical form.'),
    keyId: z.string(),
    signature: z.string(),
    signedAt: time,
    acceptedAt: time,
  })
  .meta({ id: 'Release' })

export const key = z
  .object({
    id: z.string().meta({ examples: ['0f1e2d3c4b5a6978'] }),
    name: z.string(),
    publicKey: z.string(),
    createdAt: time,
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Key' })

export const listedKey = key
  .extend({
    releases: z.int().meta({ description: 'How many accepted releases it signed.' }),
    lastRelease: z
      .object({ id: z.string(), ...place.shape, acceptedAt: time })
      .nullable()
      .meta({ description: 'The newest of them.' }),
  })
  .meta({ id: 'ListedKey' })

export const brokenLock = z.object({
  outcome: z.enum(['opened', 'halting']).meta({
    description: '`halting`: the deployment that holds it is taken back first.',
  }),
  owner: z.string(),
  ownerName: z.string().optional(),
})
