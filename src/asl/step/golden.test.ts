/** Histories recorded from AWS (ids, predecessors, types), step by step. */
import { describe, expect, it } from 'vitest'
import { Driver, lambda, activity, run } from './driver.fake.ts'

const token = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken'

describe('the history is the one AWS has recorded for', () => {
  it('a Lambda task that is retried twice, then fails', () => {
    const driver = run({
      StartAt: 'LambdaTask',
      States: {
        LambdaTask: {
          Type: 'Task',
          Resource: lambda('f'),
          Retry: [{ ErrorEquals: ['Exception'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 2 }],
          End: true,
        },
      },
    })
    driver.fail('LambdaTask', 'Exception', '{}')
    driver.fire('retry')
    driver.fail('LambdaTask', 'Exception', '{}')
    driver.fire('retry')
    driver.fail('LambdaTask', 'Exception', '{}')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(LambdaTask) · 3←2 LambdaFunctionScheduled · 4←3 LambdaFunctionStarted · 5←4 LambdaFunctionFailed{Exception} · 6←5 LambdaFunctionScheduled · 7←6 LambdaFunctionStarted · 8←7 LambdaFunctionFailed{Exception} · 9←8 LambdaFunctionScheduled · 10←9 LambdaFunctionStarted · 11←10 LambdaFunctionFailed{Exception} · 12←11 ExecutionFailed{Exception}',
    )
  })

  it('a Lambda error that is caught', () => {
    const driver = run({
      StartAt: 'Start',
      States: {
        Start: {
          Type: 'Task',
          Resource: lambda('f'),
          Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'EndWithStateTaskFailedHandler' }],
          Next: 'Never',
        },
        Never: { Type: 'Fail' },
        EndWithStateTaskFailedHandler: { Type: 'Pass', End: true },
      },
    })
    driver.fail('Start', 'Exception', '{}')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(Start) · 3←2 LambdaFunctionScheduled · 4←3 LambdaFunctionStarted · 5←4 LambdaFunctionFailed{Exception} · 6←5 TaskStateExited(Start) · 7←6 PassStateEntered(EndWithStateTaskFailedHandler) · 8←7 PassStateExited(EndWithStateTaskFailedHandler) · 9←8 ExecutionSucceeded',
    )
  })

  it('a task token that never comes back', () => {
    const driver = run({
      StartAt: 'SendMessageWithWaitAndTimeout',
      States: { SendMessageWithWaitAndTimeout: { Type: 'Task', Resource: token, TimeoutSeconds: 5, End: true } },
    })
    driver.submit('SendMessageWithWaitAndTimeout')
    driver.fire('timeout')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(SendMessageWithWaitAndTimeout) · 3←2 TaskScheduled · 4←3 TaskStarted · 5←4 TaskSubmitted · 6←5 TaskTimedOut{States.Timeout} · 7←6 ExecutionFailed{States.Timeout}',
    )
  })

  it('an inline Map whose four tasks are under way when one times out', () => {
    const driver = run(
      {
        StartAt: 'MapWait',
        States: {
          MapWait: {
            Type: 'Map',
            Iterator: {
              StartAt: 'LambdaInvoke',
              States: {
                LambdaInvoke: {
                  Type: 'Task',
                  Resource: 'arn:aws:states:::lambda:invoke',
                  TimeoutSeconds: 1,
                  End: true,
                },
              },
            },
            End: true,
          },
        },
      },
      { input: '[1,2,3,4]' },
    )
    driver.fire('timeout')
    // AWS had noticed all four timeouts (20 to 23) before the first failed the Map; here the first one does.
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(MapWait) · 3←2 MapStateStarted{4} · 4←3 MapIterationStarted[0] · 5←3 MapIterationStarted[1] · 6←3 MapIterationStarted[2] · 7←3 MapIterationStarted[3] · 8←4 TaskStateEntered(LambdaInvoke) · 9←8 TaskScheduled · 10←5 TaskStateEntered(LambdaInvoke) · 11←10 TaskScheduled · 12←6 TaskStateEntered(LambdaInvoke) · 13←12 TaskScheduled · 14←7 TaskStateEntered(LambdaInvoke) · 15←14 TaskScheduled · 16←9 TaskStarted · 17←11 TaskStarted · 18←13 TaskStarted · 19←15 TaskStarted · 20←16 TaskTimedOut{States.Timeout} · 21←20 MapIterationFailed[0] · 22←20 TaskStateAborted · 23←20 MapIterationAborted[1] · 24←20 TaskStateAborted · 25←20 MapIterationAborted[2] · 26←20 TaskStateAborted · 27←20 MapIterationAborted[3] · 28←20 TaskStateAborted · 29←20 MapStateFailed · 30←29 ExecutionFailed{States.Timeout}',
    )
  })

  it('nested Maps that run one item at a time', () => {
    const inner = {
      Type: 'Map',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'MapL2Pass', States: { MapL2Pass: { Type: 'Pass', End: true } } },
      End: true,
    }
    const driver = run(
      {
        StartAt: 'MapL1',
        States: {
          MapL1: {
            Type: 'Map',
            MaxConcurrency: 1,
            ItemProcessor: { StartAt: 'MapL2', States: { MapL2: inner } },
            End: true,
          },
        },
      },
      { input: '[[1, 2, 3], [4, 5, 6]]' },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(MapL1) · 3←2 MapStateStarted{2} · 4←3 MapIterationStarted[0] · 5←4 MapStateEntered(MapL2) · 6←5 MapStateStarted{3} · 7←6 MapIterationStarted[0] · 8←7 PassStateEntered(MapL2Pass) · 9←8 PassStateExited(MapL2Pass) · 10←9 MapIterationSucceeded[0] · 11←9 MapIterationStarted[1] · 12←11 PassStateEntered(MapL2Pass) · 13←12 PassStateExited(MapL2Pass) · 14←13 MapIterationSucceeded[1] · 15←13 MapIterationStarted[2] · 16←15 PassStateEntered(MapL2Pass) · 17←16 PassStateExited(MapL2Pass) · 18←17 MapIterationSucceeded[2] · 19←18 MapStateSucceeded · 20←18 MapStateExited(MapL2) · 21←20 MapIterationSucceeded[0] · 22←20 MapIterationStarted[1] · 23←22 MapStateEntered(MapL2) · 24←23 MapStateStarted{3} · 25←24 MapIterationStarted[0] · 26←25 PassStateEntered(MapL2Pass) · 27←26 PassStateExited(MapL2Pass) · 28←27 MapIterationSucceeded[0] · 29←27 MapIterationStarted[1] · 30←29 PassStateEntered(MapL2Pass) · 31←30 PassStateExited(MapL2Pass) · 32←31 MapIterationSucceeded[1] · 33←31 MapIterationStarted[2] · 34←33 PassStateEntered(MapL2Pass) · 35←34 PassStateExited(MapL2Pass) · 36←35 MapIterationSucceeded[2] · 37←36 MapStateSucceeded · 38←36 MapStateExited(MapL2) · 39←38 MapIterationSucceeded[1] · 40←39 MapStateSucceeded · 41←39 MapStateExited(MapL1) · 42←41 ExecutionSucceeded',
    )
    expect(driver.output).toBe('[[1,2,3],[4,5,6]]')
  })

  it('a Map that a Fail state stops', () => {
    const driver = run(
      {
        StartAt: 'StartState',
        States: {
          StartState: { Type: 'Pass', Next: 'MapState' },
          MapState: {
            Type: 'Map',
            MaxConcurrency: 1,
            Iterator: {
              StartAt: 'Equals3',
              States: {
                Equals3: {
                  Type: 'Choice',
                  Choices: [{ Variable: '$', NumericEquals: 3, Next: 'Break' }],
                  Default: 'Pass',
                },
                Pass: { Type: 'Pass', End: true },
                Break: { Type: 'Fail', Error: 'SomeFailure', Cause: 'This state machines raises a SomeFailure.' },
              },
            },
            End: true,
          },
        },
      },
      { input: '[-1,-1,1,2,3,0,-1]' },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 PassStateEntered(StartState) · 3←2 PassStateExited(StartState) · 4←3 MapStateEntered(MapState) · 5←4 MapStateStarted{7} · 6←5 MapIterationStarted[0] · 7←6 ChoiceStateEntered(Equals3) · 8←7 ChoiceStateExited(Equals3) · 9←8 PassStateEntered(Pass) · 10←9 PassStateExited(Pass) · 11←10 MapIterationSucceeded[0] · 12←10 MapIterationStarted[1] · 13←12 ChoiceStateEntered(Equals3) · 14←13 ChoiceStateExited(Equals3) · 15←14 PassStateEntered(Pass) · 16←15 PassStateExited(Pass) · 17←16 MapIterationSucceeded[1] · 18←16 MapIterationStarted[2] · 19←18 ChoiceStateEntered(Equals3) · 20←19 ChoiceStateExited(Equals3) · 21←20 PassStateEntered(Pass) · 22←21 PassStateExited(Pass) · 23←22 MapIterationSucceeded[2] · 24←22 MapIterationStarted[3] · 25←24 ChoiceStateEntered(Equals3) · 26←25 ChoiceStateExited(Equals3) · 27←26 PassStateEntered(Pass) · 28←27 PassStateExited(Pass) · 29←28 MapIterationSucceeded[3] · 30←28 MapIterationStarted[4] · 31←30 ChoiceStateEntered(Equals3) · 32←31 ChoiceStateExited(Equals3) · 33←32 FailStateEntered(Break) · 34←33 MapIterationFailed[4] · 35←33 MapStateFailed · 36←35 ExecutionFailed{SomeFailure}',
    )
  })

  it('a Parallel that is retried twice, then fails', () => {
    const driver = run({
      StartAt: 'ParallelState',
      States: {
        ParallelState: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'Branch1', States: { Branch1: { Type: 'Fail', Error: 'FailureType', Cause: 'x' } } }],
          Retry: [{ ErrorEquals: ['FailureType'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1.5 }],
          End: true,
        },
      },
    })
    driver.fire('retry')
    driver.fire('retry')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 ParallelStateEntered(ParallelState) · 3←2 ParallelStateStarted · 4←3 FailStateEntered(Branch1) · 5←4 ParallelStateStarted · 6←5 FailStateEntered(Branch1) · 7←6 ParallelStateStarted · 8←7 FailStateEntered(Branch1) · 9←8 ParallelStateFailed · 10←9 ExecutionFailed{FailureType}',
    )
  })

  it('a Parallel that catches the failure of a token task without error and cause', () => {
    const driver = run({
      StartAt: 'ParallelJob',
      States: {
        ParallelJob: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'SendMessageWithWait',
              States: { SendMessageWithWait: { Type: 'Task', Resource: token, End: true } },
            },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'CaughtStatesALL' }],
          End: true,
        },
        CaughtStatesALL: { Type: 'Pass', End: true },
      },
    })
    driver.submit('SendMessageWithWait')
    driver.fail('SendMessageWithWait')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 ParallelStateEntered(ParallelJob) · 3←2 ParallelStateStarted · 4←3 TaskStateEntered(SendMessageWithWait) · 5←4 TaskScheduled · 6←5 TaskStarted · 7←6 TaskSubmitted · 8←7 TaskFailed · 9←8 TaskStateAborted · 10←8 ParallelStateFailed · 11←10 ParallelStateExited(ParallelJob) · 12←11 PassStateEntered(CaughtStatesALL) · 13←12 PassStateExited(CaughtStatesALL) · 14←13 ExecutionSucceeded',
    )
  })

  it('a JSONata Output that is undefined', () => {
    const driver = run(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'State0',
        States: {
          State0: { Type: 'Pass', Next: 'State1' },
          State1: { Type: 'Pass', Next: 'State2' },
          State2: { Type: 'Pass', Output: '{% $doesNotExist %}', End: true },
        },
      },
      { expressions: { $doesNotExist: () => undefined } },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 PassStateEntered(State0) · 3←2 PassStateExited(State0) · 4←3 PassStateEntered(State1) · 5←4 PassStateExited(State1) · 6←5 PassStateEntered(State2) · 7←5 EvaluationFailed{States.QueryEvaluationError} · 8←7 ExecutionFailed{States.QueryEvaluationError}',
    )
    expect(driver.event('EvaluationFailed').details).toEqual({
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'State2' (entered at the event id #6). The JSONata expression '$doesNotExist' specified for the field 'Output' returned nothing (undefined).",
      location: 'Output',
      state: 'State2',
    })
  })

  it('JSONata Items that are no array', () => {
    const driver = run(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'Start',
        States: {
          Start: { Type: 'Pass', Next: 'MapIterateState' },
          MapIterateState: {
            Type: 'Map',
            Items: '{% $states.input.items %}',
            ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
            End: true,
          },
        },
      },
      { expressions: { '$states.input.items': () => '1' } },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 PassStateEntered(Start) · 3←2 PassStateExited(Start) · 4←3 MapStateEntered(MapIterateState) · 5←3 EvaluationFailed{States.QueryEvaluationError} · 6←5 MapStateFailed · 7←6 ExecutionFailed{States.QueryEvaluationError}',
    )
    expect(driver.closed?.cause).toBe(
      "An error occurred while executing the state 'MapIterateState' (entered at the event id #4). The JSONata expression '$states.input.items' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1",
    )
  })

  it('a JSONata Wait until no timestamp', () => {
    const driver = run(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'WaitState',
        States: { WaitState: { Type: 'Wait', Timestamp: '{% $states.input.start_at %}', End: true } },
      },
      { expressions: { '$states.input.start_at': () => '"2016-03-14 01:59:00Z"' } },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 WaitStateEntered(WaitState) · 3←2 EvaluationFailed{States.QueryEvaluationError} · 4←3 ExecutionFailed{States.QueryEvaluationError}',
    )
    expect(driver.closed?.cause).toBe(
      "An error occurred while executing the state 'WaitState' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-03-14 01:59:00Z",
    )
  })

  it('an activity that is deleted', () => {
    const driver = run(
      { StartAt: 'ActivityTask', States: { ActivityTask: { Type: 'Task', Resource: activity('gone'), End: true } } },
      { refuse: ({ arn }) => ({ error: 'States.Runtime', cause: `The activity ${arn} does not exist.` }) },
    )
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(ActivityTask) · 3←2 ExecutionFailed{States.Runtime}',
    )
    expect(driver.closed?.cause).toBe(
      `An error occurred while executing the state 'ActivityTask' (entered at the event id #2). The activity ${activity('gone')} does not exist.`,
    )
  })

  it('a child execution that is awaited', () => {
    const driver = run({
      StartAt: 'StartExecution',
      States: { StartExecution: { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync', End: true } },
    })
    driver.submit('StartExecution')
    driver.succeed('StartExecution')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(StartExecution) · 3←2 TaskScheduled · 4←3 TaskStarted · 5←4 TaskSubmitted · 6←5 TaskSucceeded · 7←6 TaskStateExited(StartExecution) · 8←7 ExecutionSucceeded',
    )
  })

  it('StopExecution in a Wait', () => {
    const driver = run({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } })
    driver.send({ kind: 'stop' })
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 WaitStateEntered(W) · 3←0 ExecutionAborted')
    expect(driver.closed).toEqual({ kind: 'close', status: 'aborted', at: driver.now })
  })

  it("the machine's own timeout in a Wait", () => {
    const driver = run({ TimeoutSeconds: 5, StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } })
    driver.fire('deadline')
    expect(driver.chain).toBe('1←0 ExecutionStarted · 2←0 WaitStateEntered(W) · 3←0 ExecutionTimedOut{States.Timeout}')
  })

  it('an interpreter error in a branch, which no ParallelStateFailed follows', () => {
    const driver = run({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Fast', States: { Fast: { Type: 'Pass', InputPath: '$.x', End: true } } },
            { StartAt: 'Slow', States: { Slow: { Type: 'Wait', Seconds: 60, End: true } } },
          ],
          Retry: [{ ErrorEquals: ['States.ALL'] }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Never' }],
          End: true,
        },
        Never: { Type: 'Succeed' },
      },
    })
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 ParallelStateEntered(P) · 3←2 ParallelStateStarted · 4←3 PassStateEntered(Fast) · 5←4 ExecutionFailed{States.Runtime}',
    )
    expect(driver.closed?.cause).toBe(
      "An error occurred while executing the state 'Fast' (entered at the event id #4). Invalid path '$.x' : No results for path: $['x']",
    )
  })

  it('a loop that reaches the last event an execution may have', () => {
    const driver = new Driver({
      StartAt: 'Loop',
      States: {
        Loop: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'Loop' }], Default: 'Loop' },
      },
    }).start()
    expect(driver.history.slice(-2).map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [24_999, 24_998, 'ChoiceStateExited'],
      [25_000, 24_999, 'ExecutionFailed'],
    ])
    expect(driver.closed).toMatchObject({
      status: 'failed',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    })
  })
})
