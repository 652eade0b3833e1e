/** The machine of every deployment, as Amazon States Language. The deployer is in the tasks, not in here. */

/** What a pause answers goes on: `resumeAt` names the state. */
const failing = [
  { ErrorEquals: ['Paused'], ResultPath: '$.failure', Next: 'Paused' },
  { ErrorEquals: ['LockLost'], ResultPath: '$.failure', Next: 'Superseded' },
  // Nothing to find out: the traffic goes back at once.
  { ErrorEquals: ['Halted'], ResultPath: '$.failure', Next: 'Compensate' },
  { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Diagnose' },
] as const

/** Errors by their class: what passes by itself is tried again. */
const patience = [
  { ErrorEquals: ['ThrottleError'], IntervalSeconds: 1, MaxAttempts: 8, BackoffRate: 2, MaxDelaySeconds: 5 },
  { ErrorEquals: ['PlatformError', 'ConsistencyError'], IntervalSeconds: 1, MaxAttempts: 4, BackoffRate: 2 },
] as const

/** What must be done is tried until it is done: a target that is away comes back some day. */
const persistence = [
  { ErrorEquals: ['LockLost'], MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 99_999_999, BackoffRate: 2, MaxDelaySeconds: 30 },
] as const

const lost = [{ ErrorEquals: ['LockLost'], ResultPath: '$.failure', Next: 'Superseded' }] as const

const onward = { ResultPath: '$.result', Retry: patience, Catch: failing } as const
const certain = { ResultPath: '$.result', Retry: persistence, Catch: lost } as const

export const deployMachine = {
  Comment: 'Takes a release to its target: out slowly, back fast, and never half',
  StartAt: 'Enter',
  States: {
    Enter: {
      Type: 'Choice',
      Comment: 'An execution that takes over begins where the lost one cannot go on',
      Choices: [
        { Variable: '$.course', StringEquals: 'compensate', Next: 'Diagnose' },
        { Variable: '$.course', StringEquals: 'finish', Next: 'KeepWarm' },
        { Variable: '$.course', StringEquals: 'ask', Next: 'Diagnose' },
        // Locked and planned when it was accepted: what stands warm needs nothing but the traffic.
        { Variable: '$.kind', StringEquals: 'rollback', Next: 'Switch' },
      ],
      Default: 'Validate',
    },

    Validate: { Type: 'Task', Resource: 'task:validate', ...onward, Next: 'Lock' },
    Lock: {
      Type: 'Task',
      Resource: 'task:lock',
      ResultPath: '$.result',
      Retry: [{ ErrorEquals: ['ConsistencyError'], IntervalSeconds: 1, MaxAttempts: 120, BackoffRate: 1 }, ...patience],
      Catch: failing,
      Next: 'CheckResources',
    },
    CheckResources: {
      Type: 'Task',
      Resource: 'task:checkResources',
      ResultPath: '$.result',
      // A plan that no longer holds does not hold in a second either.
      Retry: [{ ErrorEquals: ['ConsistencyError'], MaxAttempts: 0 }, ...patience],
      Catch: failing,
      Next: 'Back?',
    },
    'Back?': {
      Type: 'Choice',
      Comment: 'What stands warm needs nothing but the traffic',
      Choices: [
        { Variable: '$.kind', StringEquals: 'rollback', Next: 'Switch' },
        { Variable: '$.result.approval', BooleanEquals: true, Next: 'Approve' },
      ],
      Default: 'MakeRoom',
    },
    Approve: { Type: 'Task', Resource: 'task:approve', ...onward, Next: 'Approved?' },
    'Approved?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.approved', BooleanEquals: true, Next: 'MakeRoom' }],
      Default: 'Approve',
    },
    MakeRoom: { Type: 'Task', Resource: 'task:makeRoom', ...onward, Next: 'Prepare' },
    Prepare: { Type: 'Task', Resource: 'task:prepare', ...onward, Next: 'BeforeHooks' },
    BeforeHooks: { Type: 'Task', Resource: 'task:beforeHooks', ...onward, Next: 'Start' },

    Start: { Type: 'Task', Resource: 'task:start', ...onward, Next: 'CheckHealth' },
    CheckHealth: { Type: 'Task', Resource: 'task:checkHealth', ...onward, Next: 'Healthy?' },
    'Healthy?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.healthy', BooleanEquals: true, Next: 'SmokeTests' }],
      Default: 'CheckHealth',
    },
    SmokeTests: { Type: 'Task', Resource: 'task:smokeTests', ...onward, Next: 'LastStep?' },
    'LastStep?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.last', BooleanEquals: true, Next: 'Switch' }],
      Default: 'Shift',
    },
    Shift: { Type: 'Task', Resource: 'task:shift', ...onward, Next: 'Bake' },
    Bake: { Type: 'Task', Resource: 'task:bake', ...onward, Next: 'Baked?' },
    'Baked?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.over', BooleanEquals: true, Next: 'Start' }],
      Default: 'Bake',
    },

    Switch: { Type: 'Task', Resource: 'task:switchOver', ...onward, Next: 'Switched?' },
    'Switched?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.kind', StringEquals: 'rollback', Next: 'KeepWarm' }],
      Default: 'Watch',
    },
    Watch: { Type: 'Task', Resource: 'task:watch', ...onward, Next: 'Watched?' },
    'Watched?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.over', BooleanEquals: true, Next: 'AfterHooks' }],
      Default: 'Watch',
    },
    AfterHooks: { Type: 'Task', Resource: 'task:afterHooks', ...onward, Next: 'KeepWarm' },

    KeepWarm: { Type: 'Task', Resource: 'task:keepWarm', ...certain, Next: 'CleanUp' },
    CleanUp: { Type: 'Task', Resource: 'task:cleanUp', ...certain, Next: 'Success' },
    Success: { Type: 'Succeed' },

    Paused: {
      Type: 'Task',
      Resource: 'task:paused',
      ResultPath: '$.result',
      Retry: [{ ErrorEquals: ['Halted', 'LockLost'], MaxAttempts: 0 }, ...persistence],
      Catch: failing,
      Next: 'Resume',
    },
    Resume: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.result.resumeAt', StringEquals: 'Paused', Next: 'Paused' },
        { Variable: '$.result.resumeAt', StringEquals: 'Validate', Next: 'Validate' },
        { Variable: '$.result.resumeAt', StringEquals: 'CheckResources', Next: 'CheckResources' },
        { Variable: '$.result.resumeAt', StringEquals: 'Approve', Next: 'Approve' },
        { Variable: '$.result.resumeAt', StringEquals: 'MakeRoom', Next: 'MakeRoom' },
        { Variable: '$.result.resumeAt', StringEquals: 'Prepare', Next: 'Prepare' },
        { Variable: '$.result.resumeAt', StringEquals: 'BeforeHooks', Next: 'BeforeHooks' },
        { Variable: '$.result.resumeAt', StringEquals: 'Start', Next: 'Start' },
        { Variable: '$.result.resumeAt', StringEquals: 'CheckHealth', Next: 'CheckHealth' },
        { Variable: '$.result.resumeAt', StringEquals: 'SmokeTests', Next: 'SmokeTests' },
        { Variable: '$.result.resumeAt', StringEquals: 'Shift', Next: 'Shift' },
        { Variable: '$.result.resumeAt', StringEquals: 'Bake', Next: 'Bake' },
        { Variable: '$.result.resumeAt', StringEquals: 'Switch', Next: 'Switch' },
        { Variable: '$.result.resumeAt', StringEquals: 'Watch', Next: 'Watch' },
        { Variable: '$.result.resumeAt', StringEquals: 'AfterHooks', Next: 'AfterHooks' },
      ],
      Default: 'Lock',
    },

    Diagnose: { Type: 'Task', Resource: 'task:diagnose', ...certain, Next: 'Course?' },
    'Course?': {
      Type: 'Choice',
      Comment: 'What is marked forward-only is not taken back by itself: a person decides',
      Choices: [{ Variable: '$.result.course', StringEquals: 'ask', Next: 'Paused' }],
      Default: 'Compensate',
    },
    Compensate: { Type: 'Task', Resource: 'task:compensate', ...certain, Next: 'FailureHooks' },
    FailureHooks: { Type: 'Task', Resource: 'task:failureHooks', ...certain, Next: 'ReleaseLock' },
    ReleaseLock: { Type: 'Task', Resource: 'task:releaseLock', ...certain, Next: 'End?' },
    'End?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.result.halted', BooleanEquals: true, Next: 'Halted' }],
      Default: 'FailureClean',
    },
    Halted: { Type: 'Fail', Error: 'Halted', CausePath: '$.result.cause' },
    FailureClean: { Type: 'Fail', Error: 'FailureClean', CausePath: '$.result.cause' },
    Superseded: { Type: 'Fail', Error: 'Superseded', Cause: 'Another execution has taken over' },
  },
} as const
