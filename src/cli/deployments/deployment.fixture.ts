/** A deployment as a server tells it, for tests: three instances of web and two of a mailer, ten percent first. */
import * as schema from '../client/deploy-schemas.ts'

/** When it began. */
export const began = Date.parse('2026-11-20T07:00:00Z')
const iso = (ms: number): string => new Date(ms).toISOString()

type Wire = Readonly<Record<string, unknown>>

const stateAt = (state: string, from: number, to: number | null, step: number | null = null): Wire => ({
  state,
  step,
  startedAt: iso(began + from),
  endedAt: to === null ? null : iso(began + to),
})

const call = (id: string, stage: string, status: string, more: Wire = {}): Wire => ({
  ...{ id, stage, status, kind: 'do', says: `make ${id}`, undoSays: `take back ${id}` },
  ...more,
})

const healthy = (instance: string): Wire => ({
  instance,
  service: instance.replace(/\/\d+$/, ''),
  host: 'tokyo-1',
  url: 'http://10.0.0.7:24001',
  state: 'healthy',
  restarts: 0,
  detail: 'GET /health on port 24001 answered 200',
})

/** As it comes over the wire: baking in the first of two steps, two of its three instances healthy. */
export const baking: Wire = {
  id: 'dep_01new',
  project: 'acme/shop',
  config: 'production',
  target: 'process',
  kind: 'deploy',
  releaseId: '20261120T070000Z-0f1e2d3c4b5a',
  fleet: 'dep_01new',
  retryOf: null,
  startFrom: null,
  status: 'running',
  course: 'forward',
  state: 'Bake',
  control: 'run',
  controlReason: null,
  planHash: 'f'.repeat(64),
  executionArn: null,
  requestedBy: { type: 'user', id: 'tok_01M7X4JSKGP9YB961AT885A9PM', via: 'api' },
  createdAt: iso(began),
  deadlineAt: iso(began + 1_800_000),
  pausedAt: null,
  committedAt: null,
  endedAt: null,
  states: [
    stateAt('Validate', 0, 20),
    stateAt('Lock', 20, 40),
    stateAt('CheckResources', 40, 200),
    stateAt('MakeRoom', 200, 210),
    stateAt('Prepare', 210, 1200),
    stateAt('BeforeHooks', 1200, 1210),
    stateAt('Start', 1210, 1500, 1),
    stateAt('CheckHealth', 1500, 4000, 1),
    stateAt('SmokeTests', 4000, 4010, 1),
    stateAt('Shift', 4010, 5000, 1),
    stateAt('Bake', 5000, null, 1),
  ],
  waitingFor: 'until it has baked for 30s',
  step: {
    number: 1,
    of: 2,
    bake: {
      since: iso(began + 5000),
      until: iso(began + 35_000),
      requests: { wanted: 500, answered: 120, left: 380 },
    },
  },
  seenAt: iso(began + 17_000),
  healthy: { count: 2, of: 3 },
  instances: [
    healthy('web/0'),
    { ...healthy('web/1'), state: 'unhealthy', detail: 'GET /health on port 24002 answered 503' },
    healthy('mail/0'),
  ],
  weights: [
    { service: 'web', incoming: 10, outgoing: 90 },
    { service: 'mail', incoming: 0, outgoing: 0 },
  ],
  traffic: {
    incoming: { requests: 1204, failures: 0, lost: 0, clientAborts: 0, p99Ms: 41.4 },
    outgoing: { requests: 10_840, failures: 3, lost: 0, clientAborts: 2, p99Ms: 39.9 },
    stepRequests: 120,
  },
  calls: [
    call('prepare/tokyo-1', 'Prepare', 'done'),
    call('start/web/0', 'Start/0', 'done'),
    call('start/web/1', 'Start/0', 'done'),
    call('start/mail/0', 'Start/0', 'done'),
    call('routes/shift/10', 'Shift/0', 'done'),
    call('start/web/2', 'Start/1', 'planned'),
    call('routes/shift/100', 'Switch', 'planned'),
  ],
  hooks: [],
  remarks: [],
  forwardOnly: null,
  addresses: [{ service: 'web', url: 'http://shop.example.com:7480/' }],
  serving: { fleet: 'dep_01old', releaseId: '20261119T070000Z-aaaaaaaaaaaa' },
  warm: null,
}

const phase = (requests: number, failed: number): Wire => ({
  ...{ ms: 1000, requests, applicationFailures: failed, deliveryFailures: 0, clientAborts: 0 },
  ...(requests === 0 ? { p50Ms: null, p99Ms: null } : { p50Ms: 12.2, p99Ms: 41.4 }),
})

export const evidence = { before: phase(12_040, 0), during: phase(1204, 0), after: phase(6022, 1), madeBySwitch: 0 }

/** The same, later: it serves. */
export const deployed: Wire = {
  ...baking,
  ...{ status: 'succeeded', course: 'finish', state: 'CleanUp', endedAt: iso(began + 71_000), evidence },
  states: [
    ...(baking['states'] as readonly Wire[]).slice(0, -1),
    stateAt('Bake', 5000, 36_000, 1),
    stateAt('Start', 36_000, 36_400, 2),
    stateAt('CheckHealth', 36_400, 38_000, 2),
    stateAt('Switch', 38_000, 39_000, 2),
    stateAt('Watch', 39_000, 70_000, 2),
    stateAt('KeepWarm', 70_000, 70_500),
    stateAt('CleanUp', 70_500, 71_000),
  ],
  step: { number: 2, of: 2, bake: null },
  healthy: { count: 3, of: 3 },
  instances: ['web/0', 'web/1', 'web/2', 'mail/0'].map(healthy),
  weights: [{ service: 'web', incoming: 100, outgoing: 0 }],
  serving: { fleet: 'dep_01new', releaseId: '20261120T070000Z-0f1e2d3c4b5a' },
  warm: { fleet: 'dep_01old', releaseId: '20261119T070000Z-aaaaaaaaaaaa', until: iso(began + 971_000) },
}

export const diagnosis = {
  class: 'health',
  state: 'Bake',
  call: 'start/web/1',
  field: 'services.web.health',
  what: 'no longer healthy: web/1 unhealthy (GET /health on port 24002 answered 503)',
  meaning: 'The new version does not work as it should.',
  mender: 'author',
  command: 'holdfast logs dep_01new',
}

/** The same, later: it has failed and is taken back. */
export const failed: Wire = {
  ...baking,
  ...{
    status: 'failed',
    course: 'compensate',
    state: 'ReleaseLock',
    endedAt: iso(began + 19_000),
    diagnosis,
    evidence,
  },
  states: [
    ...(baking['states'] as readonly Wire[]).slice(0, -1),
    stateAt('Bake', 5000, 17_000, 1),
    stateAt('Diagnose', 17_000, 17_010),
    stateAt('Compensate', 17_010, 18_900),
    stateAt('FailureHooks', 18_900, 18_950),
    stateAt('ReleaseLock', 18_950, 19_000),
  ],
  calls: (baking['calls'] as readonly Wire[]).map((one) =>
    one['status'] === 'done' ? { ...one, status: 'undone' } : one,
  ),
  weights: [{ service: 'web', incoming: 0, outgoing: 100 }],
  traffic: null,
}

export const halted: Wire = {
  ...failed,
  status: 'halted',
  control: 'halt',
  controlReason: 'wrong version',
  diagnosis: {
    ...diagnosis,
    class: 'halted',
    what: 'wrong version',
    mender: 'nobody',
    command: 'holdfast retry dep_01new',
  },
}

/** What the command line makes of it. */
export const described = (wire: Wire): schema.DeploymentDescription => schema.description.parse(wire)

const planned = (id: string, says: string, parameters: unknown): Wire => ({
  kind: 'do',
  call: { id, call: 'start', parameters, says, undoSays: `stop ${id}`, creates: { kind: 'process', name: id } },
})

export const plan: Wire = {
  ...{ kind: 'deploy', project: 'acme/shop', config: 'production', target: 'process', digest: 'd'.repeat(64) },
  releaseId: '20261120T070000Z-0f1e2d3c4b5a',
  serving: 'dep_01old',
  warm: null,
  steps: [
    { shares: { web: { instances: 2, weight: 10 } }, bake: { ms: 30_000, requests: 500 } },
    { shares: { web: { instances: 3, weight: 100 } }, bake: { ms: 30_000, requests: 0 } },
  ],
  stages: [
    { state: 'Start', step: 0, waves: [[planned('start/web/0', 'start web/0 on tokyo-1', { port: 'allocate' })]] },
    {
      state: 'Shift',
      step: 0,
      waves: [
        [
          {
            kind: 'do',
            call: {
              ...{ id: 'shift', call: 'shift', says: 'give the new version 10 percent', undoSays: 'give it back' },
              parameters: { to: { $outcome: 'start/web/0', member: 'port' } },
            },
          },
        ],
      ],
    },
    { state: 'Start', step: 1, waves: [[planned('start/web/1', 'start web/1 on tokyo-1', {})]] },
  ],
  later: {
    state: 'CleanUp',
    waves: [
      [
        {
          kind: 'undo',
          id: 'later',
          fleet: 'dep_01old',
          of: {},
          says: 'stop web/0 of before',
          deletes: { kind: 'process', name: 'web/0' },
        },
      ],
    ],
  },
  warmMs: 960_000,
  hooks: [{ moment: 'before', index: 0, procedure: 'migrate' }],
  forwardOnly: null,
  stopped: ['mail'],
  needs: { memoryBytes: 201_326_592, ports: 3 },
}
