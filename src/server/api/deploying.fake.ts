/** What the verbs of deploying answer, for tests of their routes; and the same as it leaves the API. */

export const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
export const time = '2026-01-01T12:00:00.459Z'
export const place = { project: 'shop/web', config: 'production' }
export const ada = { type: 'user', id: 'ada', via: 'api' } as const
export const diagnosis = {
  class: 'health',
  state: 'CheckHealth',
  what: 'status 500',
  meaning: 'The new version does not work as it should.',
  mender: 'author',
  command: 'holdfast logs dep_1',
} as const
export const phase = {
  ms: 1,
  requests: 2,
  applicationFailures: 0,
  deliveryFailures: 0,
  clientAborts: 0,
  p50Ms: null,
  p99Ms: 3.5,
}

export const summary = {
  id: 'dep_1',
  position: 7,
  ...place,
  target: 'process',
  kind: 'deploy',
  releaseId: '20260101T000000Z-abc',
  fleet: 'dep_1',
  retryOf: null,
  startFrom: null,
  status: 'running',
  course: 'forward',
  state: 'Bake',
  control: 'run',
  controlReason: null,
  expectedPlan: null,
  planHash: 'a'.repeat(64),
  diagnosis,
  evidence: { before: phase, during: phase, after: phase, madeBySwitch: 0 },
  term: 3,
  run: 1,
  executionArn: 'arn',
  requestedBy: ada,
  createdAt: at,
  deadlineAt: at,
  pausedAt: null,
  committedAt: at,
  endedAt: null as number | null,
  leftovers: 0,
  approvalsNeeded: 0,
  approvedPlan: null,
  glass: undefined,
}
export const call = {
  id: 'start/web/0',
  stage: 'Start',
  kind: 'do',
  says: 'start web/0',
  undoSays: 'stop web/0',
  status: 'done',
  madeAt: at,
  answeredAt: at,
  undoneAt: null,
}
export const description = {
  ...summary,
  states: [{ state: 'Bake', step: 1, startedAt: at, endedAt: null }],
  waitingFor: 'the bake',
  step: { number: 1, of: 2, bake: { since: at, until: at, requests: { wanted: 10, answered: 4, left: 6 } } },
  seenAt: at,
  healthy: { count: 1, of: 1 },
  instances: [{ instance: 'web/0', service: 'web', state: 'healthy', restarts: 0, detail: '200' }],
  weights: [{ service: 'web', incoming: 10, outgoing: 90 }],
  traffic: null,
  calls: [call],
  hooks: [],
  remarks: [],
  forwardOnly: null,
  addresses: [{ service: 'web', url: 'http://shop.example' }],
  serving: null,
  warm: { fleet: 'dep_0', releaseId: 'r0', until: at },
  former: { fleet: 'dep_0', releaseId: 'r0' },
  sample: null,
  offers: { halt: true, pause: true, resume: false, retry: false, from: [], rollback: null },
  approval: null,
}
export const side = { requests: 4, failures: 1, lost: 0, clientAborts: 0, p50Ms: 5, p99Ms: 7 }
export const sample = { number: 3, from: at, to: at, incoming: side, outgoing: side, unplaced: 0 }
export const plan = {
  kind: 'deploy',
  ...place,
  target: 'process',
  releaseId: 'r',
  digest: 'd',
  serving: null,
  warm: null,
  steps: [{ shares: { web: { instances: 1, weight: 100 } }, bake: { ms: 0, requests: 0 } }],
  stages: [
    {
      state: 'Start',
      step: 0,
      waves: [
        [
          {
            kind: 'do',
            call: { id: 'start/web/0', call: 'start', parameters: { a: [1] }, says: 'start', undoSays: 'stop' },
          },
        ],
      ],
    },
  ],
  later: { state: 'CleanUp', waves: [] },
  warmMs: 0,
  hooks: [],
  forwardOnly: null,
  stopped: [],
  needs: { memoryBytes: 1, ports: 1 },
} as const
export const lock = { ...place, kind: 'person', owner: 'ada', reason: 'sale', term: 1, takenAt: at, expiresAt: at }
export const pointer = {
  ...place,
  servingFleet: 'dep_1',
  servingRelease: 'r',
  warmFleet: null,
  warmRelease: null,
  warmUntil: null,
}
export const fleetStatus = {
  fleet: 'dep_1',
  releaseId: 'r',
  until: null,
  deployment: 'dep_1',
  since: at,
  requestedBy: ada,
  instances: [],
  addresses: [],
}
/** What the place is answered with, whether it is looked up or looked at. */
export const statusOfPlace = {
  answers: {
    ...place,
    pointer: { ...pointer, warmUntil: at },
    serving: fleetStatus,
    warm: null,
    underWay: description,
    locks: [lock],
    closed: lock,
    protection: { approvals: 1, livesMs: 3_600_000 },
    history: [summary],
  },
  body: {
    pointer: { warmUntil: time },
    serving: { since: time, until: null },
    underWay: { id: 'dep_1' },
    closed: { owner: 'ada', expiresAt: time },
    protection: { approvals: 1, livesMs: 3_600_000 },
  },
}
export const key = { id: '0f1e2d3c4b5a6978', name: 'ci', pem: 'PEM', createdAt: at, revokedAt: null }
export const begun = { id: 'dep_1', releaseId: 'r', executionArn: 'arn' }
export const release = { project: 'shop/web', x: 1.5 }
export const signature = { key: '0f1e2d3c4b5a6978', value: `${'A'.repeat(86)}==` }
