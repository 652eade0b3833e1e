import { describe, expect, it } from 'vitest'
import { lambda, run, runState } from './driver.fake.ts'

const jsonata = { QueryLanguage: 'JSONata' }
const runtime = (state: string, id: number, detail: string): string =>
  `An error occurred while executing the state '${state}' (entered at the event id #${id}). ${detail}`

describe('a payload', () => {
  it('keeps its white space, number spelling and key order through states that do not touch it', () => {
    const input = '{ "10": 0.0, "2": 1e3,\n"big": 12345678901234567890 }'
    const driver = run(
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Next: 'B' },
          B: { Type: 'Choice', Choices: [{ Variable: '$.2', NumericEquals: 1000, Next: 'C' }] },
          C: { Type: 'Wait', Seconds: 0, Next: 'D' },
          D: { Type: 'Succeed' },
        },
      },
      { input },
    )
    expect(driver.output).toBe(input)
  })

  it('of a Parallel is joined from texts, that of a Map made of compact items', () => {
    const pass = (name: string): object => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } })
    const parallel = runState({ Type: 'Parallel', Branches: [pass('A'), pass('B')] }, { input: '[1, 2]' })
    expect(parallel.output).toBe('[[1, 2],[1, 2]]')
    const map = runState({ Type: 'Map', ItemProcessor: pass('A') }, { input: '[ [1, 2], {"a": 0.0} ]' })
    expect(map.output).toBe('[[1,2],{"a":0.0}]')
  })

  it('is compact where it is computed', () => {
    const driver = runState(
      { Type: 'Pass', Parameters: { 'all.$': '$', 'part.$': '$.a', text: 'a b' } },
      { input: '{ "a": [1, 2.50] }' },
    )
    expect(driver.output).toBe('{"all":{"a":[1,2.50]},"part":[1,2.50],"text":"a b"}')
  })
})

describe('a JSONPath state', () => {
  it('evaluates InputPath, Parameters, ResultSelector, ResultPath and OutputPath in this order', () => {
    const driver = runState(
      {
        Type: 'Task',
        Resource: lambda('f'),
        InputPath: '$.in',
        Parameters: { 'x.$': '$.a', y: 1 },
        ResultSelector: { 'kept.$': '$.big' },
        ResultPath: '$.out.result',
        OutputPath: '$.out',
      },
      { input: '{"in": {"a": 1.0}, "other": true}' },
    )
    expect(driver.task('S').input).toBe('{"x":1.0,"y":1}')
    driver.succeed('S', '{"big": 1e2, "small": 0}')
    expect(driver.output).toBe('{"result":{"kept":1e2}}')
  })

  it('takes `{}` for an InputPath or OutputPath of null', () => {
    expect(runState({ Type: 'Pass', InputPath: null }, { input: '[1]' }).output).toBe('{}')
    expect(runState({ Type: 'Pass', OutputPath: null }, { input: '[1]' }).output).toBe('{}')
  })

  it('writes the result into the raw input, not into what InputPath chose of it', () => {
    const driver = runState({ Type: 'Pass', InputPath: '$.a', ResultPath: '$.b' }, { input: '{"a":1}' })
    expect(driver.output).toBe('{"a":1,"b":1}')
  })

  it('keeps the raw input, spelled as it was, with a ResultPath of null', () => {
    const driver = runState({ Type: 'Pass', Result: 5, ResultPath: null }, { input: '{"a": 1}' })
    expect(driver.output).toBe('{"a": 1}')
  })

  it('prefers Result to Parameters, and takes it literally', () => {
    const driver = runState({ Type: 'Pass', Result: { 'x.$': '$.no' }, Parameters: { y: 1 } })
    expect(driver.output).toBe('{"x.$":"$.no"}')
  })

  it('creates what is missing on the way of ResultPath, and fails where it meets something else', () => {
    expect(runState({ Type: 'Pass', Result: 1, ResultPath: '$.x.y' }).output).toBe('{"x":{"y":1}}')
    const driver = runState({ Type: 'Pass', Result: 1, ResultPath: '$.a.b' }, { input: '{"a":"text"}' })
    expect(driver.closed).toMatchObject({ error: 'States.ResultPathMatchFailure' })
    expect(driver.closed?.cause).toContain("'S' (entered at the event id #2). ")
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 PassStateEntered(S) · 3←2 ExecutionFailed{States.ResultPathMatchFailure}',
    )
  })

  it('lets a ResultPath that fails be caught and retried where the state can', () => {
    const driver = run(
      {
        StartAt: 'T',
        States: {
          T: {
            Type: 'Task',
            Resource: lambda('f'),
            ResultPath: '$.a.b',
            Retry: [{ ErrorEquals: ['States.ResultPathMatchFailure'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Done' }],
            End: true,
          },
          Done: { Type: 'Succeed' },
        },
      },
      { input: '{"a":1}' },
    )
    driver.succeed('T')
    driver.fire('retry')
    driver.succeed('T')
    expect(driver.output).toContain('"Error":"States.ResultPathMatchFailure"')
  })

  it('reads the context and variables in paths', () => {
    const driver = run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { v: { w: [1, 2] } }, Next: 'B' },
        B: {
          Type: 'Pass',
          InputPath: '$v.w',
          Parameters: { 'name.$': '$$.State.Name', 'first.$': '$[0]', 'w.$': '$v.w[1]' },
          End: true,
        },
      },
    })
    expect(driver.output).toBe('{"name":"B","first":1,"w":2}')
  })

  it('names the path, the field and the whole input when a template misses something', () => {
    const driver = runState({ Type: 'Pass', Parameters: { deep: { 'value.$': '$.no' } } }, { input: '{"a": 1}' })
    expect(driver.closed).toMatchObject({
      error: 'States.Runtime',
      cause: runtime(
        'S',
        2,
        `The JSONPath '$.no' specified for the field 'value.$' could not be found in the input '{"a": 1}'`,
      ),
    })
  })

  it('takes null for an index past the end in a template, but not in InputPath', () => {
    expect(runState({ Type: 'Pass', Parameters: { 'x.$': '$[5]' } }, { input: '[1]' }).output).toBe('{"x":null}')
    const driver = runState({ Type: 'Pass', InputPath: '$[5]' }, { input: '[1]' })
    expect(driver.closed?.error).toBe('States.Runtime')
  })

  it('gathers what a path to many values finds, which may be nothing', () => {
    const gather = (path: string, input: string): string | undefined =>
      runState({ Type: 'Pass', Parameters: { 'x.$': path } }, { input }).output
    expect(gather('$.list[*].n', '{"list":[{"n":1.0},{},{"n":2}]}')).toBe('{"x":[1.0,2]}')
    expect(gather('$.list[?(@.n > 5)]', '{"list":[{"n":1}]}')).toBe('{"x":[]}')
    expect(gather('$.no[*].n', '{"list":[]}')).toBe('{"x":[]}')
  })

  it('says in the words of the path library why InputPath or OutputPath found nothing', () => {
    expect(runState({ Type: 'Pass', OutputPath: '$.no.such' }).closed?.cause).toBe(
      runtime('S', 2, "Invalid path '$.no.such' : Missing property in path $['no']"),
    )
  })

  it('calls an intrinsic that fails States.IntrinsicFailure', () => {
    const driver = runState({ Type: 'Pass', Parameters: { 'x.$': "States.StringToJson('nonsense')" } })
    expect(driver.closed?.error).toBe('States.IntrinsicFailure')
    expect(driver.closed?.cause).toContain("'S' (entered at the event id #2). ")
  })

  it('does nothing with what it is given before Succeed but InputPath and OutputPath', () => {
    const driver = runState({ Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' }, { input: '{"a":{"b": 2}}' })
    expect(driver.output).toBe('2')
  })
})

describe('a JSONata state', () => {
  it('gives its input to a Task without Arguments, and its result to the next state without Output', () => {
    const driver = runState({ ...jsonata, Type: 'Task', Resource: lambda('f') }, { input: '{ "a": 1 }' })
    expect(driver.task('S').input).toBe('{ "a": 1 }')
    driver.succeed('S', '{ "b": 2.0 }')
    expect(driver.output).toBe('{ "b": 2.0 }')
  })

  it('evaluates whole strings between {% and %} anywhere in Arguments and Output, and nothing else', () => {
    const driver = runState(
      {
        ...jsonata,
        Type: 'Task',
        Resource: lambda('f'),
        Arguments: { list: ['{% $states.input.a %}', ' {% no %}'], 'x.$': '$.a', '{% key %}': 1.5 },
        Output: '{% $states.result.b %}',
      },
      { expressions: { '$states.input.a': ({ input }) => input, '$states.result.b': ({ result }) => result } },
    )
    expect(driver.task('S').input).toBe('{"list":[{}," {% no %}"],"x.$":"$.a","{% key %}":1.5}')
    driver.succeed('S', '[7]')
    expect(driver.output).toBe('[7]')
  })

  it('offers $states.result to Output and Assign of a Task, and not to those of a Pass, Wait, Choice or Succeed', () => {
    const seen: string[] = []
    const look = (bindings: object): string => {
      seen.push(
        Object.keys(bindings)
          .filter((name) => name !== 'contextMembers')
          .toSorted()
          .join(' '),
      )
      return '1'
    }
    const driver = run(
      {
        ...jsonata,
        StartAt: 'P',
        States: {
          P: { Type: 'Pass', Output: '{% look %}', Next: 'T' },
          T: {
            Type: 'Task',
            Resource: lambda('f'),
            Arguments: '{% look %}',
            Assign: { v: '{% look %}' },
            Output: '{% look %}',
            Next: 'W',
          },
          W: { Type: 'Wait', Seconds: 0, Output: '{% look %}', Next: 'C' },
          C: { Type: 'Choice', Choices: [{ Condition: true, Output: '{% look %}', Next: 'S' }] },
          S: { Type: 'Succeed', Output: '{% look %}' },
        },
      },
      { expressions: { look } },
    )
    driver.succeed('T')
    const plain = 'context input variables'
    expect(seen).toEqual([
      plain,
      plain,
      `context input result variables`,
      'context input result variables',
      plain,
      plain,
      plain,
    ])
  })

  it('offers $states.errorOutput to a Catcher, beside the input of the state', () => {
    const driver = run(
      {
        ...jsonata,
        StartAt: 'T',
        States: {
          T: {
            Type: 'Task',
            Resource: lambda('f'),
            Catch: [
              {
                ErrorEquals: ['States.ALL'],
                Output: { e: '{% e %}', i: '{% i %}' },
                Assign: { v: '{% e %}' },
                Next: 'D',
              },
            ],
            End: true,
          },
          D: { Type: 'Succeed' },
        },
      },
      { input: '[1]', expressions: { e: ({ errorOutput }) => errorOutput, i: ({ input }) => input } },
    )
    driver.fail('T', 'Broken', 'because')
    expect(driver.output).toBe('{"e":{"Error":"Broken","Cause":"because"},"i":[1]}')
  })

  it.each([
    ['returned nothing (undefined).', () => undefined],
    ['returned an unsupported result type.', () => ({ kind: 'unsupported' as const })],
    [
      'threw an error during evaluation. T1006: Attempted to invoke a non-function',
      () => ({ kind: 'failed' as const, detail: '. T1006: Attempted to invoke a non-function' }),
    ],
  ])('says that an expression %s', (words, expression) => {
    const driver = runState(
      { ...jsonata, Type: 'Pass', Output: { values: [1, '{% x %}'] } },
      { expressions: { x: expression } },
    )
    expect(driver.event('EvaluationFailed').details).toMatchObject({ location: 'Output/values[1]', state: 'S' })
    expect(driver.closed).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: runtime('S', 2, `The JSONata expression 'x' specified for the field 'Output/values[1]' ${words}`),
    })
  })

  it('reports what fails before its Entered event counts as done, again at each attempt', () => {
    const driver = runState(
      {
        ...jsonata,
        Type: 'Task',
        Resource: lambda('f'),
        Arguments: '{% x %}',
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
      },
      { expressions: { x: () => undefined } },
    )
    driver.fire('retry')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 TaskStateEntered(S) · 3←0 EvaluationFailed{States.QueryEvaluationError} · 4←3 EvaluationFailed{States.QueryEvaluationError} · 5←4 ExecutionFailed{States.QueryEvaluationError}',
    )
  })

  it('reports an Output that fails after the task has succeeded behind the success', () => {
    const driver = runState(
      { ...jsonata, Type: 'Task', Resource: lambda('f'), Output: '{% x %}' },
      { expressions: { x: () => undefined } },
    )
    driver.succeed('S')
    expect(driver.chain).toContain(
      '5←4 LambdaFunctionSucceeded · 6←5 EvaluationFailed{States.QueryEvaluationError} · 7←6 ExecutionFailed',
    )
  })

  it('evaluates Output and Assign against the variables at entry', () => {
    const driver = run(
      {
        ...jsonata,
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'B' },
          B: { Type: 'Pass', Assign: { a: '{% b %}', b: '{% a %}' }, Output: '{% a %}', End: true },
        },
      },
      { expressions: { a: ({ variables }) => variables.get('a'), b: ({ variables }) => variables.get('b') } },
    )
    expect(driver.output).toBe('1')
    expect(driver.event('PassStateExited').details?.['assignedVariables']).toEqual(
      new Map([
        ['a', '2'],
        ['b', '1'],
      ]),
    )
  })
})

describe('a Fail state', () => {
  it.each([
    [
      { Error: 'E', Cause: 'because' },
      { error: 'E', cause: 'because' },
    ],
    [{ Cause: 'because' }, { cause: 'because' }],
    [{}, {}],
    [
      { ErrorPath: '$.e', CausePath: "States.Format('{} broke', $.e)" },
      { error: 'Disk', cause: 'Disk broke' },
    ],
  ])('ends the execution with %j', (fields, expected) => {
    const driver = run({ StartAt: 'S', States: { S: { Type: 'Fail', ...fields } } }, { input: '{"e":"Disk"}' })
    expect(driver.closed).toEqual({ kind: 'close', status: 'failed', at: driver.now, ...expected })
    expect(driver.chain).toMatch(/2←0 FailStateEntered\(S\) · 3←2 ExecutionFailed/)
  })

  it('ends it with the words for a missing or wrong ErrorPath', () => {
    const missing = run({ StartAt: 'S', States: { S: { Type: 'Fail', ErrorPath: '$.ErrorX' } } })
    expect(missing.closed?.cause).toBe(
      runtime(
        'S',
        2,
        "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input '{}'",
      ),
    )
    const number = run({ StartAt: 'S', States: { S: { Type: 'Fail', CausePath: '$.n' } } }, { input: '{"n":1}' })
    expect(number.closed?.cause).toBe(runtime('S', 2, 'The CausePath parameter does not refer to a string: $.n == 1'))
  })

  it('evaluates its words in JSONata, which have to be strings', () => {
    const fail = { ...jsonata, Type: 'Fail', Error: '{% e %}', Cause: 'literal' }
    const good = run({ StartAt: 'S', States: { S: fail } }, { expressions: { e: () => '"E"' } })
    expect(good.closed).toMatchObject({ error: 'E', cause: 'literal' })
    expect(good.chain).toContain('2←0 FailStateEntered(S) · 3←2 ExecutionFailed{E}')
    const bad = run({ StartAt: 'S', States: { S: fail } }, { expressions: { e: () => '1' } })
    expect(bad.chain).toContain(
      '2←0 FailStateEntered(S) · 3←0 EvaluationFailed{States.QueryEvaluationError} · 4←3 ExecutionFailed',
    )
    expect(bad.closed?.cause).toContain("Expected 'string', but was 'number' for value: 1")
  })
})
