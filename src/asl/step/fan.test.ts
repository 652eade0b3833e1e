import { describe, expect, it } from 'vitest'
import { attemptOf, type Driver, type DriverOptions, lambda, run } from './driver.fake.ts'

const jsonata = { QueryLanguage: 'JSONata' }
const scope = (name: string, state: object): object => ({ StartAt: name, States: { [name]: { ...state, End: true } } })
const task = { Type: 'Task', Resource: lambda('f') }
const wait = { Type: 'Wait', Seconds: 60 }
const pass = { Type: 'Pass' }

function parallel(branches: readonly object[], fields: object = {}, options: DriverOptions = {}): Driver {
  const P = { Type: 'Parallel', Branches: branches, ...fields, Next: 'Done' }
  return run({ StartAt: 'P', States: { P, Done: { Type: 'Pass', End: true }, Caught: { Type: 'Succeed' } } }, options)
}

function map(processor: object, fields: object = {}, options: DriverOptions = {}): Driver {
  const M = { Type: 'Map', ItemProcessor: processor, ...fields, Next: 'Done' }
  return run({ StartAt: 'M', States: { M, Done: { Type: 'Pass', End: true }, Caught: { Type: 'Succeed' } } }, options)
}

/** Answers the open task of one branch or iteration. */
function succeedAt(driver: Driver, at: number, output: string): void {
  const task = driver.tasks.find(({ frame }) => driver.state.frames.get(frame)?.index === at)
  if (task === undefined) throw new Error(`nothing is open at ${at}`)
  driver.send({ ...attemptOf(task), kind: 'taskSucceeded', output })
}

describe('a Parallel', () => {
  it('gives each branch the same input and joins their outputs in branch order', () => {
    const driver = parallel(
      [scope('A', task), scope('B', task)],
      { InputPath: '$.in', Parameters: { 'x.$': '$.a' } },
      { input: '{"in":{"a":1.0}}' },
    )
    expect(driver.tasks.map(({ input }) => input)).toEqual(['{"x":1.0}', '{"x":1.0}'])
    driver.succeed('B', '"b"')
    driver.succeed('A', '{ "a": 1.0 }')
    expect(driver.output).toBe('[{ "a": 1.0 },"b"]')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 ParallelStateEntered(P) · 3←2 ParallelStateStarted · 4←3 TaskStateEntered(A) · 5←4 LambdaFunctionScheduled · 6←3 TaskStateEntered(B) · 7←6 LambdaFunctionScheduled · 8←5 LambdaFunctionStarted · 9←7 LambdaFunctionStarted · 10←9 LambdaFunctionSucceeded · 11←10 TaskStateExited(B) · 12←8 LambdaFunctionSucceeded · 13←12 TaskStateExited(A) · 14←13 ParallelStateSucceeded · 15←13 ParallelStateExited(P) · 16←15 PassStateEntered(Done) · 17←16 PassStateExited(Done) · 18←17 ExecutionSucceeded',
    )
  })

  it('in JSONata takes Arguments and shapes its Output', () => {
    const driver = parallel(
      [scope('A', pass), scope('B', pass)],
      { ...jsonata, Arguments: { n: '{% n %}' }, Output: '{% first %}', Assign: { all: '{% all %}' } },
      { expressions: { n: () => '7', first: ({ result }) => (result ?? '').slice(1, 8), all: ({ result }) => result } },
    )
    expect(driver.output).toBe('{"n":7}')
    expect(driver.event('ParallelStateExited').details?.['assignedVariables']).toEqual(
      new Map([['all', '[{"n":7},{"n":7}]']]),
    )
  })

  it('fails with the error of the branch that failed first, and ends the others: their calls, timers and scopes', () => {
    const inner = { Type: 'Parallel', Branches: [scope('C1', task), scope('C2', wait)] }
    const driver = parallel([scope('A', task), scope('B', wait), scope('C', inner)], {
      Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
    })
    const open = driver.task('C1')
    const { commands } = driver.fail('A', 'Broken', 'because')
    expect(driver.output).toBe('{"Error":"Broken","Cause":"because"}')
    expect(commands).toEqual([expect.objectContaining({ kind: 'close', status: 'succeeded' })])
    const events = driver.history.map(({ type }) => type)
    expect(events.slice(events.indexOf('LambdaFunctionFailed'))).toEqual([
      'LambdaFunctionFailed',
      'TaskStateAborted',
      'WaitStateAborted',
      'ParallelStateAborted',
      'TaskStateAborted',
      'WaitStateAborted',
      'ParallelStateFailed',
      'ParallelStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ])
    const failed = driver.event('LambdaFunctionFailed').id
    expect(
      driver.history.filter(({ type }) => type.endsWith('Aborted')).map(({ previousEventId }) => previousEventId),
    ).toEqual(Array.from({ length: 5 }, () => failed))
    expect(driver.send({ ...attemptOf(open), kind: 'taskSucceeded', output: '1' }).history).toEqual([])
  })

  it('that goes on after a failure cancels the calls and clears the timers of what it ended', () => {
    const driver = parallel([scope('A', task), scope('B', { ...task, TimeoutSeconds: 9 }), scope('C', wait)], {
      Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
    })
    const { commands } = driver.fail('A', 'E')
    expect(commands.map((command) => [command.kind, 'timer' in command ? command.timer : ''])).toEqual([
      ['cancel', ''],
      ['clearTimer', 'timeout'],
      ['clearTimer', 'wait'],
      ['setTimer', 'retry'],
    ])
    expect(driver.tasks).toEqual([])
    driver.fire('retry')
    expect(driver.chain).toContain('15←11 ParallelStateStarted · 16←15 TaskStateEntered(A)')
    expect(driver.tasks.map(({ stateName }) => stateName)).toEqual(['A', 'B'])
  })

  it('whose outputs are too large together fails with its own name', () => {
    const driver = parallel(
      [scope('A', pass), scope('B', pass)],
      { Catch: [{ ErrorEquals: ['States.DataLimitExceeded'], ResultPath: null, Next: 'Caught' }] },
      { input: JSON.stringify('x'.repeat(60)), limits: { payloadBytes: 100 } },
    )
    expect(driver.chain).toContain('ParallelStateFailed')
    expect(driver.chain).not.toContain('ParallelStateSucceeded')
    expect(driver.closed?.status).toBe('succeeded')
  })

  it('has no state to go to from a branch: Succeed ends only the branch', () => {
    const driver = parallel([{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }, scope('B', task)])
    expect(driver.closed).toBeUndefined()
    driver.succeed('B', '1')
    expect(driver.output).toBe('[{},1]')
  })
})

describe('a Map', () => {
  it('of no items succeeds with none', () => {
    const driver = map(scope('T', task), {}, { input: '[]' })
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(M) · 3←2 MapStateStarted{0} · 4←3 MapStateSucceeded · 5←3 MapStateExited(M) · 6←5 PassStateEntered(Done) · 7←6 PassStateExited(Done) · 8←7 ExecutionSucceeded',
    )
    expect(driver.output).toBe('[]')
  })

  it('puts outputs in the order of the items, whatever the order of the answers', () => {
    const driver = map(scope('T', task), {}, { input: '[1,2,3]' })
    for (const at of [2, 0, 1]) succeedAt(driver, at, String(at))
    expect(driver.output).toBe('[0,1,2]')
    const ids = driver.history
      .filter(({ type }) => type === 'MapIterationSucceeded')
      .map(({ details }) => details?.['index'])
    expect(ids).toEqual([2, 0, 1])
    const last = driver.event('MapIterationSucceeded').id
    expect(
      [driver.event('MapStateSucceeded'), driver.event('MapStateExited')].map(({ previousEventId }) => previousEventId),
    ).toEqual([last, last])
  })

  it('starts the next item where one has ended, on its chain', () => {
    const driver = map(scope('T', task), { MaxConcurrency: 2 }, { input: '[1,2,3]' })
    expect(driver.tasks.map(({ input }) => input)).toEqual(['1', '2'])
    succeedAt(driver, 1, '0')
    const exited = driver.event('TaskStateExited').id
    expect(driver.event('MapIterationSucceeded').previousEventId).toBe(exited)
    expect(driver.event('MapIterationStarted')).toMatchObject({
      previousEventId: exited,
      details: { name: 'M', index: 2 },
    })
    expect(driver.tasks.map(({ input }) => input)).toEqual(['1', '3'])
  })

  it('runs forty items at once, whatever larger number is asked for', () => {
    const input = JSON.stringify(Array.from({ length: 50 }, (_, i) => i))
    for (const fields of [{}, { MaxConcurrency: 0 }, { MaxConcurrency: 1000 }]) {
      const driver = map(scope('T', task), fields, { input })
      expect(driver.tasks).toHaveLength(40)
      succeedAt(driver, 3, '1')
      expect(driver.tasks).toHaveLength(40)
    }
  })

  it('evaluates MaxConcurrency once, however often it starts an item', () => {
    const answers = ['1', '3', '3']
    const driver = map(
      scope('T', { ...jsonata, ...task }),
      { ...jsonata, MaxConcurrency: '{% n %}' },
      { input: '[1,2,3,4]', expressions: { n: () => answers.shift() } },
    )
    succeedAt(driver, 0, '1')
    expect(driver.tasks).toHaveLength(1)
    expect(answers).toHaveLength(2)
  })

  it('takes MaxConcurrency from a path, and says what is wrong with it', () => {
    const at = (n: string): Driver =>
      map(scope('T', task), { MaxConcurrencyPath: '$.n', ItemsPath: '$.list' }, { input: `{"n":${n},"list":[1,2,3]}` })
    expect(at('2').tasks).toHaveLength(2)
    expect(at('"NoNumber"').closed?.cause).toContain(
      'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.n',
    )
    expect(at('-1').chain).toContain('2←0 MapStateEntered(M) · 3←2 ExecutionFailed{States.Runtime}')
  })

  it('takes its items from ItemsPath, the context or a variable', () => {
    expect(map(scope('A', pass), { ItemsPath: '$.a.b' }, { input: '{"a":{"b":[1, 2]}}' }).output).toBe('[1,2]')
    expect(map(scope('A', pass), { ItemsPath: '$$.Execution.Input.list' }, { input: '{"list":[3]}' }).output).toBe(
      '[3]',
    )
    expect(map(scope('A', pass), { ItemsPath: '$.no' }).closed?.error).toBe('States.Runtime')
    expect(map(scope('A', pass), { ItemsPath: '$.n' }, { input: '{"n":1}' }).closed?.cause).toContain(
      'Reference path "$.n" must point to array.',
    )
    expect(map(scope('A', pass), {}, { input: '{}' }).closed?.error).toBe('States.Runtime')
  })

  it('in JSONata takes Items, an array written out, or its input', () => {
    const items = (fields: object, options: DriverOptions): string | undefined =>
      map(scope('A', { ...jsonata, ...pass }), { ...jsonata, ...fields }, options).output
    expect(items({ Items: '{% list %}' }, { expressions: { list: () => '[1,2]' } })).toBe('[1,2]')
    expect(items({ Items: [1, '{% two %}'] }, { expressions: { two: () => '2' } })).toBe('[1,2]')
    expect(items({}, { input: '[ 5 ]' })).toBe('[5]')
  })

  it('in JSONata says what it got instead of an array', () => {
    const cause = (fields: object, options: DriverOptions): string | undefined =>
      map(scope('A', pass), { ...jsonata, ...fields }, options).closed?.cause
    expect(cause({}, { input: '{"a":1}' })).toContain('Map state input must be an array but was: {"a":1}')
    for (const [text, kind] of [
      ['null', 'null'],
      ['true', 'boolean'],
      ['"x"', 'string'],
      ['{"a":1}', 'object'],
      ['1.5', 'number'],
    ] as const) {
      expect(cause({ Items: '{% x %}' }, { expressions: { x: () => text } })).toContain(
        `The JSONata expression 'x' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${kind}' for value: ${text}`,
      )
    }
    expect(cause({ Items: { a: 1 } }, {})).toContain('Map state items must be an array but were: {"a":1}')
  })

  it('gives an item to ItemSelector by the context, beside the state’s own input', () => {
    const selector = { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'in.$': '$.b' }
    const driver = map(
      scope('A', pass),
      { InputPath: '$.in', ItemsPath: '$.list', ItemSelector: selector },
      { input: '{"in":{"list":[7, 8.0],"b":"x"}}' },
    )
    expect(driver.output).toBe('[{"i":0,"v":7,"in":"x"},{"i":1,"v":8.0,"in":"x"}]')
  })

  it('that is nested shows the innermost item', () => {
    const inner = {
      Type: 'Map',
      ItemsPath: '$$.Map.Item.Value',
      ItemSelector: { 'v.$': '$$.Map.Item.Value' },
      ItemProcessor: scope('A', {
        Type: 'Pass',
        Parameters: { 'i.$': '$$.Map.Item.Index', 'v.$': '$.v', 'w.$': '$$.Map.Item.Value' },
      }),
    }
    const driver = map(
      scope('Inner', inner),
      { ItemSelector: { 'outer.$': '$$.Map.Item.Index' } },
      { input: '[[5],[6,7]]' },
    )
    expect(driver.output).toBe('[[{"i":0,"v":5,"w":5}],[{"i":0,"v":6,"w":6},{"i":1,"v":7,"w":7}]]')
  })

  it('knows the item also in a branch of an iteration', () => {
    const branches = {
      Type: 'Parallel',
      Branches: [scope('A', { Type: 'Pass', Parameters: { 'i.$': '$$.Map.Item.Index' } })],
    }
    expect(map(scope('P', branches), {}, { input: '["x","y"]' }).output).toBe('[[{"i":0}],[{"i":1}]]')
  })

  it('aborts what runs and starts nothing more when an iteration fails', () => {
    const driver = map(scope('T', task), { MaxConcurrency: 2 }, { input: '[1,2,3]' })
    driver.fail('T', 'E', 'because')
    const failed = driver.event('LambdaFunctionFailed').id
    const after = driver.history.filter(({ id }) => id > failed)
    expect(after.map(({ previousEventId, type, details }) => [previousEventId, type, details?.['index']])).toEqual([
      [failed, 'MapIterationFailed', 0],
      [failed, 'TaskStateAborted', undefined],
      [failed, 'MapIterationAborted', 1],
      [failed, 'TaskStateAborted', undefined],
      [failed, 'MapStateFailed', undefined],
      [failed + 5, 'ExecutionFailed', undefined],
    ])
    expect(driver.closed).toMatchObject({ error: 'E', cause: 'because' })
  })

  it('shows the iterations of a nested Map that is aborted', () => {
    const inner = { Type: 'Map', ItemsPath: '$$.Execution.Input', ItemProcessor: scope('W', wait) }
    const processor = {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 2, Next: 'F' }], Default: 'Inner' },
        F: { Type: 'Fail', Error: 'E' },
        Inner: { ...inner, End: true },
      },
    }
    const driver = map(processor, {}, { input: '[1,2]' })
    const failed = driver.event('FailStateEntered').id
    const after = driver.history.filter(({ id }) => id > failed)
    expect(after.map(({ type, details }) => [type, details?.['index']])).toEqual([
      ['MapIterationAborted', 0],
      ['MapStateAborted', undefined],
      ['MapIterationAborted', 0],
      ['WaitStateAborted', undefined],
      ['MapIterationAborted', 1],
      ['WaitStateAborted', undefined],
      ['MapIterationFailed', 1],
      ['MapStateFailed', undefined],
      ['ExecutionFailed', undefined],
    ])
  })

  it('that is retried runs all items again, without what the first try had', () => {
    const processor = {
      StartAt: 'A',
      States: { A: { Type: 'Pass', Assign: { 'v.$': '$' }, Next: 'T' }, T: { ...task, End: true } },
    }
    const driver = map(processor, { Retry: [{ ErrorEquals: ['E'] }] }, { input: '[1,2]' })
    succeedAt(driver, 0, '"old"')
    driver.fail('T', 'E')
    expect(driver.state.fans.size).toBe(0)
    expect(driver.chain).not.toContain('MapStateFailed')
    const failed = driver.event('LambdaFunctionFailed').id
    driver.fire('retry')
    expect(driver.event('MapStateStarted').previousEventId).toBe(failed)
    succeedAt(driver, 1, '"b"')
    succeedAt(driver, 0, '"a"')
    expect(driver.output).toBe('["a","b"]')
  })

  it('catches an ItemSelector that fails midway: what it had started goes, behind the failing event', () => {
    const driver = map(
      scope('T', task),
      {
        ...jsonata,
        ItemSelector: { v: '{% v %}' },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
      },
      { input: '[1,2,3]', expressions: { v: ({ context }) => (context.includes('"Index":2') ? undefined : '1') } },
    )
    expect(driver.tasks).toEqual([])
    expect(driver.chain).toContain(
      '3←2 MapStateStarted{3} · 4←3 MapIterationStarted[0] · 5←3 MapIterationStarted[1] · 6←3 EvaluationFailed{States.QueryEvaluationError} · 7←6 MapIterationAborted[0] · 8←6 MapIterationAborted[1] · 9←6 MapStateFailed · 10←9 MapStateExited(M) · 11←10 SucceedStateEntered(Caught)',
    )
  })

  it('catches an ItemSelector that fails for an item that starts later', () => {
    const driver = map(
      scope('T', task),
      {
        ...jsonata,
        MaxConcurrency: 2,
        ItemSelector: { v: '{% v %}' },
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
      },
      { input: '[1,2,3]', expressions: { v: ({ context }) => (context.includes('"Index":2') ? undefined : '1') } },
    )
    const { commands } = driver.succeed('T')
    expect(commands.map(({ kind }) => kind)).toEqual(['cancel', 'setTimer'])
    driver.fire('retry')
    driver.succeed('T')
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.QueryEvaluationError' })
  })

  it('with a catcher inside an iteration goes on with the others', () => {
    const processor = {
      StartAt: 'T',
      States: {
        T: {
          ...jsonata,
          ...task,
          Catch: [{ ErrorEquals: ['States.ALL'], Output: { got: '{% e %}' }, Next: 'E' }],
          End: true,
        },
        E: { Type: 'Pass', End: true },
      },
    }
    const driver = map(processor, {}, { input: '[1,2]', expressions: { e: ({ errorOutput }) => errorOutput } })
    driver.fail('T', 'X', 'y')
    driver.succeed('T', '5')
    expect(driver.output).toBe('[{"got":{"Error":"X","Cause":"y"}},5]')
  })

  it('whose own Output fails after its items succeeded is not aborted twice', () => {
    const driver = map(
      scope('A', pass),
      { ...jsonata, Output: '{% x %}' },
      { input: '[1]', expressions: { x: () => undefined } },
    )
    const types = driver.history.map(({ type }) => type).slice(-4)
    expect(types).toEqual(['MapStateSucceeded', 'EvaluationFailed', 'MapStateFailed', 'ExecutionFailed'])
    expect(driver.event('EvaluationFailed').previousEventId).toBe(driver.event('MapIterationSucceeded').id)
  })
})
