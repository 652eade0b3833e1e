/** The state machines that are killed: the benchmark's ten no-op tasks, and one that waits in every way there is. */
export const region = 'us-east-1'
export const accountId = '123456789012'
export const roleArn = `arn:aws:iam::${accountId}:role/run`
export const functionArn = (name: string): string => `arn:aws:lambda:${region}:${accountId}:function:${name}`
export const activityArn = `arn:aws:states:${region}:${accountId}:activity:desk`
export const machineArn = (name: string): string => `arn:aws:states:${region}:${accountId}:stateMachine:${name}`

type State = Readonly<Record<string, unknown>>
const task = (name: string, more: State): State => ({ Type: 'Task', Resource: functionArn(name), ...more })
const machine = (startAt: string, states: Readonly<Record<string, State>>): string =>
  JSON.stringify({ StartAt: startAt, States: states })

const steps = 10

/** W1: ten Task states with in-process no-op functions. */
export const tenTasks: string = machine(
  'S0',
  Object.fromEntries(
    Array.from({ length: steps }, (_, i) => [
      `S${i}`,
      task('echo', i < steps - 1 ? { Next: `S${i + 1}` } : { End: true }),
    ]),
  ),
)
/** 100 bytes. */
export const tenTasksInput: string = JSON.stringify({ payload: 'x'.repeat(86) })

/** More items than an expression may have inline, so that it always waits in the inbox for a worker. */
const slowExpression = '{% $count([1..40000]) %}'

/** Its very first event waits in the inbox. */
export const child: string = machine('Heads', {
  Heads: { Type: 'Pass', QueryLanguage: 'JSONata', Assign: { heads: slowExpression }, Next: 'Count' },
  Count: task('echo', { End: true }),
})

/**
 * A task, a retried one, a timer, two branches of which one waits for its token, a Map, a nested execution, an activity
 * and a slow expression. Its output is the same whatever happened on the way.
 */
export const everyWait: string = machine('Pay', {
  Pay: task('echo', { ResultPath: '$.paid', Next: 'Flaky' }),
  Flaky: task('flaky', {
    ResultPath: '$.flaky',
    Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 5, MaxAttempts: 2 }],
    Next: 'Pause',
  }),
  Pause: { Type: 'Wait', Seconds: 60, Next: 'Both' },
  Both: {
    Type: 'Parallel',
    ResultPath: '$.both',
    Next: 'Each',
    Branches: [
      { StartAt: 'Ship', States: { Ship: task('later', { Next: 'Bill' }), Bill: task('echo', { End: true }) } },
      {
        StartAt: 'Approve',
        States: {
          Approve: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
            Parameters: { FunctionName: 'approve', Payload: { 'token.$': '$$.Task.Token' } },
            End: true,
          },
        },
      },
    ],
  },
  Each: {
    Type: 'Map',
    ItemsPath: '$.items',
    ResultPath: '$.each',
    MaxConcurrency: 2,
    ItemProcessor: { StartAt: 'Pack', States: { Pack: task('echo', { End: true }) } },
    Next: 'Child',
  },
  Child: {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn: machineArn('child'), Input: { 'n.$': '$.items[0]' } },
    ResultSelector: { 'output.$': '$.Output' },
    ResultPath: '$.child',
    Next: 'Desk',
  },
  Desk: {
    Type: 'Task',
    Resource: activityArn,
    TimeoutSeconds: 300,
    ResultPath: '$.desk',
    // A worker may die with its task: the timeout notices.
    Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 9 }],
    Next: 'Slow',
  },
  Slow: { Type: 'Pass', QueryLanguage: 'JSONata', Assign: { heads: slowExpression }, Next: 'Weigh' },
  // The answer of this task is stored before what is made of it is known.
  Weigh: task('echo', {
    QueryLanguage: 'JSONata',
    Arguments: {},
    Output: '{% $states.input %}',
    Assign: { heads: `{% $heads + ${slowExpression.slice(3, -3)} %}` },
    Next: 'Last',
  }),
  Last: { Type: 'Pass', Parameters: { 'heads.$': '$heads', 'all.$': '$' }, End: true },
})
/** Items in batches, each an execution of its own; one of them fails and is borne, and the results are exported. */
export const everyItem = (ExecutionType: 'STANDARD' | 'EXPRESS'): string =>
  machine('Each', {
    Each: {
      Type: 'Map',
      Label: 'each',
      ItemsPath: '$.items',
      MaxConcurrency: 2,
      ToleratedFailureCount: 2,
      ItemBatcher: { MaxItemsPerBatch: 2 },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
        StartAt: 'Pack',
        States: {
          Pack: task('later', { ResultPath: '$.packed', Next: 'Look' }),
          Look: {
            Type: 'Choice',
            Choices: [{ Variable: '$.Items[0]', NumericEquals: 3, Next: 'Broken' }],
            Default: 'Ship',
          },
          Broken: { Type: 'Fail', Error: 'Broken', Cause: 'it broke' },
          Ship: task('echo', { InputPath: '$.Items', End: true }),
        },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'data', Prefix: 'out' },
        WriterConfig: { Transformation: 'FLATTEN' },
      },
      ResultSelector: { 'at.$': '$.ResultWriterDetails.Key' },
      Next: 'Last',
    },
    Last: { Type: 'Pass', End: true },
  })
export const everyItemInput: string = JSON.stringify({ items: [1, 2, 3, 4, 5, 6, 7] })

export const everyWaitInput: string = JSON.stringify({ order: 7.0, items: [1, 2, 3] })
