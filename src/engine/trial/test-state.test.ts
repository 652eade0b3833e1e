import { afterEach, describe, expect, it } from 'vitest'
import { SlowExpression } from '../../asl/index.ts'
import type { TestStateRequest } from '../contract.ts'
import type { ResourceHandler } from '../resource-handler.ts'
import type { EngineExpressions } from '../run/core.ts'
import { admin, endWorlds, nobody, taskState, World } from '../world.ts'
import { testState } from './test-state.ts'

afterEach(endWorlds)

const roleArn = 'arn:aws:iam::123456789012:role/run'
const lambda = 'arn:aws:states:::lambda:invoke'

/** Every expression is slow, and comes to 42. */
const expressions: EngineExpressions = {
  check: () => [],
  variables: () => [],
  evaluate: (source, bindings) => {
    throw new SlowExpression(source, bindings)
  },
  evaluateSlowly: async () => ({ kind: 'value', text: '42' }),
}

type Given = Omit<TestStateRequest, 'definition'> & { readonly world?: World }

const tested = ({ world = new World(), ...request }: Given, definition: unknown) =>
  testState(world.engine, admin, {
    definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    ...request,
  })

const refusal = async (given: Given, definition: unknown): Promise<string> =>
  tested(given, definition).then(
    () => 'no refusal',
    (error: Error) => error.message,
  )

const result = (value: unknown): TestStateRequest['mock'] => ({ result: JSON.stringify(value) })
const failing = (error: string): TestStateRequest['mock'] => ({ errorOutput: { error, cause: 'because' } })

describe('trying a state', () => {
  it('tells its output, where it goes, and what it computes on the way', async () => {
    const definition = {
      Type: 'Pass',
      InputPath: '$.a',
      Parameters: { 'b.$': '$.b' },
      ResultPath: '$.c',
      Next: 'Somewhere',
    }
    expect(await tested({ input: '{"a":{"b":1.0}}' }, definition)).toEqual({
      status: 'SUCCEEDED',
      output: '{"a":{"b":1.0},"c":{"b":1.0}}',
      nextState: 'Somewhere',
      inspection: {
        input: '{"a":{"b":1.0}}',
        numbers: {},
        fields: {
          afterInputPath: '{"b":1.0}',
          afterParameters: '{"b":1.0}',
          afterResultSelector: '{"b":1.0}',
          afterResultPath: '{"a":{"b":1.0},"c":{"b":1.0}}',
        },
      },
    })
  })

  it('takes it out of a whole machine, wherever it is nested, in the language of the machine', async () => {
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Twice',
            States: { Twice: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
          },
          End: true,
        },
      },
    }
    const { status, output } = await tested({ stateName: 'Twice', input: '21' }, definition)
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '42' })
  })

  it('evaluates with the variables that are given, and tells those that it leaves', async () => {
    const definition = {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Assign: { sum: '{% $a + $states.input %}' },
      End: true,
    }
    const { inspection } = await tested({ input: '2', variables: '{"a": 40}' }, definition)
    expect(inspection.variables).toBe('{"a":40,"sum":42}')
  })

  it('makes up a context, or shows the one that is given', async () => {
    const definition = { Type: 'Pass', Parameters: { 'context.$': '$$' }, End: true }
    const made = await tested({ input: '7', roleArn }, definition)
    const { context } = JSON.parse(made.output ?? '')
    expect(context.Execution).toEqual({
      Id: expect.stringMatching(/^arn:aws:states:eu-central-1:123456789012:express:[0-9a-f-]{36}:[0-9a-f-]{36}$/),
      Input: 7,
      Name: context.Execution.Id.split(':').at(-1),
      RoleArn: roleArn,
      StartTime: expect.any(String),
    })
    expect(context.State).toEqual({ Name: 'StateName', EnteredTime: expect.any(String) })
    const given = await tested({ context: '{"State": {"RetryCount": 3}}' }, definition)
    expect(given.output).toBe('{"context":{"State":{"RetryCount":3}}}')
  })

  it('does not wait for a Wait', async () => {
    const { status, nextState } = await tested({}, { Type: 'Wait', Seconds: 3600, Next: 'Then' })
    expect({ status, nextState }).toEqual({ status: 'SUCCEEDED', nextState: 'Then' })
  })

  it('says how it fails, with the words of an execution', async () => {
    const choice = { Type: 'Choice', Choices: [{ Variable: '$.x', IsNull: true, Next: 'Yes' }] }
    expect(await tested({}, choice)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining(
        "Invalid path '$.x': The choice state's condition path references an invalid value.",
      ),
    })
    expect(await tested({}, { Type: 'Fail', Error: 'Sold', Cause: 'out' })).toMatchObject({
      status: 'FAILED',
      error: 'Sold',
      cause: 'out',
    })
  })

  it('evaluates an expression in a worker when it is slow, and comes to its end', async () => {
    const world = new World({ engine: { expressions } })
    const sum = { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% 6 * 7 %}', End: true }
    expect((await tested({ world }, sum)).output).toBe('42')
  })
})

describe('a mock', () => {
  const task = { Type: 'Task', Resource: lambda, Parameters: { FunctionName: 'f' }, End: true }

  it('stands for the answer of the task, and nothing is called', async () => {
    const world = new World()
    const { output, inspection } = await tested({ world, mock: result({ Payload: 1 }) }, task)
    expect(output).toBe('{"Payload":1}')
    expect(inspection.fields.result).toBe('{"Payload":1}')
    expect(world.calls).toHaveLength(0)
  })

  it('fails the task: it is retried so long as its retrier says', async () => {
    const retried = { ...task, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1, MaxAttempts: 5, BackoffRate: 2 }] }
    const fourth = { retrierRetryCount: 4 }
    expect(await tested({ mock: failing('E'), stateConfiguration: fourth }, retried)).toMatchObject({
      status: 'RETRIABLE',
      error: 'E',
      cause: 'because',
      inspection: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 16 } },
    })
    const spent = { retrierRetryCount: 5 }
    expect(await tested({ mock: failing('E'), stateConfiguration: spent }, retried)).toMatchObject({ status: 'FAILED' })
  })

  it('fails the task: a catcher takes it, and gives its output', async () => {
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'A' },
      { ErrorEquals: ['States.ALL'], Next: 'B', ResultPath: '$.e' },
    ]
    expect(await tested({ mock: failing('E'), input: '{"x":1}' }, { ...task, Catch })).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'B',
      error: 'E',
      output: '{"x":1,"e":{"Error":"E","Cause":"because"}}',
      inspection: { errorDetails: { catchIndex: 1 } },
    })
  })

  it('stands for what branches and iterations come to; none of them runs', async () => {
    const world = new World()
    const branch = { StartAt: 'Work', States: { Work: taskState('work') } }
    const parallel = { Type: 'Parallel', Branches: [branch], ResultPath: '$.all', End: true }
    expect((await tested({ world, mock: result([7]) }, parallel)).output).toBe('{"all":[7]}')
    expect(await refusal({ world, mock: result([7, 8]) }, parallel)).toBe(
      'Mocked result must contain the same number of items as number of Parallel branches.',
    )
    expect(world.calls).toHaveLength(0)
  })

  it('knows how many iterations a Map bears to fail', async () => {
    const map = {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { 'value.$': '$$.Map.Item.Value' },
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: { Work: taskState('work') },
      },
      End: true,
    }
    const given = { input: '{"items":["a","b"]}', mock: result([1, 2]) }
    const half = await tested({ ...given, stateConfiguration: { mapIterationFailureCount: 1 } }, map)
    expect(half).toMatchObject({
      status: 'SUCCEEDED',
      inspection: {
        numbers: { maxConcurrency: 0, toleratedFailurePercentage: 50 },
        fields: { afterItemsPath: '["a","b"]', afterItemSelector: '[{"value":"a"},{"value":"b"}]' },
      },
    })
    const all = await tested({ ...given, stateConfiguration: { mapIterationFailureCount: 2 } }, map)
    expect(all).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' })
    expect(await refusal({ ...given, stateConfiguration: { mapIterationFailureCount: 3 } }, map)).toBe(
      'Map iteration failure count must be less than or equal to the number of Map iterations',
    )
  })
})

describe('a distributed Map', () => {
  const map = (more: object, fields: object = {}) => ({
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Only',
      States: { Only: { Type: 'Pass', End: true } },
    },
    ...fields,
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON', ItemsPointer: '/orders/open' },
      Parameters: { Bucket: 'b', Key: 'k' },
    },
    ...more,
    End: true,
  })
  const read = { orders: { open: [1, 2, 3] } }
  const state = (items: unknown): Given => ({
    ...{ input: '{"tenant":"acme"}', mock: result([1]), roleArn },
    stateConfiguration: { mapItemReaderData: JSON.stringify(items) },
  })

  it('shows what its ItemsPointer leads to, and the batches that its children would be given', async () => {
    const batcher = { MaxItemsPerBatch: 2, BatchInput: { 'tenant.$': '$.tenant' } }
    const selector = { 'n.$': '$$.Map.Item.Value' }
    const { inspection } = await tested(state(read), map({ ItemBatcher: batcher, ItemSelector: selector }))
    expect(inspection.fields).toMatchObject({
      afterItemsPointer: '[1,2,3]',
      afterItemSelector: '[{"n":1},{"n":2},{"n":3}]',
      afterItemBatcher:
        '[{"BatchInput":{"tenant":"acme"},"Items":[{"n":1},{"n":2}]},{"BatchInput":{"tenant":"acme"},"Items":[{"n":3}]}]',
    })
  })

  it('bounds its batches by their bytes, as a run does', async () => {
    const { inspection } = await tested(state(read), map({ ItemBatcher: { MaxInputBytesPerBatch: 15 } }))
    expect(inspection.fields.afterItemBatcher).toBe('[{"Items":[1,2]},{"Items":[3]}]')
    expect(inspection.fields.afterItemSelector).toBeUndefined()
  })

  it('evaluates them where they are expressions', async () => {
    const jsonata = map(
      { ItemBatcher: { MaxItemsPerBatch: '{% 1 + 1 %}', BatchInput: '{% $states.input.tenant %}' } },
      { QueryLanguage: 'JSONata' },
    )
    const { ItemReader } = jsonata
    const { Parameters: Arguments, ...reader } = ItemReader
    const { inspection } = await tested(state(read), { ...jsonata, ItemReader: { ...reader, Arguments } })
    expect(inspection.fields).toMatchObject({
      afterItemsPointer: '[1,2,3]',
      afterItemBatcher: '[{"BatchInput":"acme","Items":[1,2]},{"BatchInput":"acme","Items":[3]}]',
    })
  })

  it('fails as its run would when nothing stands at the pointer', async () => {
    expect(await tested(state({ orders: {} }), map({}))).toMatchObject({
      status: 'FAILED',
      error: 'States.ItemReaderFailed',
      cause: 'Attempting to map over non-iterable node.',
    })
  })
})

describe('a Task without a mock is called', () => {
  const task = (more: object = {}) => ({ ...taskState('work'), ...more })

  it('and its answer goes the way of an answer, with a record in the trail', async () => {
    const world = new World()
    const trial = tested({ world, roleArn, input: '{"n":1}' }, task({ ResultPath: '$.r' }))
    await world.settle()
    const call = world.call()
    expect(call.input).toBe('{"n":1}')
    call.succeed('done')
    expect((await trial).output).toBe('{"n":1,"r":"done"}')
    expect(world.trail()).toEqual([{ action: 'state.test', subject: call.resource.arn, change: undefined }])
  })

  it('and what goes over its wire is shown, secrets only to who may see them', async () => {
    const reveals: (boolean | undefined)[] = []
    const wire: ResourceHandler = {
      handles: () => true,
      call({ inspect }) {
        reveals.push(inspect?.reveal)
        inspect?.sends({ protocol: 'https', method: 'GET', url: 'https://a/', headers: '[A: b]' })
        inspect?.got({ protocol: 'https', statusCode: '200', statusMessage: 'OK', headers: '[]', body: '1' })
        return { kind: 'succeeded', output: '1' }
      },
    }
    const world = new World({ handlers: [wire] })
    const task = { Type: 'Task', Resource: 'arn:aws:states:::http:invoke', Parameters: {}, End: true }
    const definition = JSON.stringify({
      ...task,
      Parameters: {
        ApiEndpoint: 'https://a',
        Method: 'GET',
        Authentication: { ConnectionArn: 'arn:aws:events:us-east-1:000000000000:connection/a' },
      },
    })
    const { inspection } = await tested({ world, roleArn }, definition)
    expect(inspection).toMatchObject({ request: { method: 'GET' }, response: { statusCode: '200', body: '1' } })
    await tested({ world, roleArn, revealSecrets: true }, definition)
    expect(reveals).toEqual([false, true])
    expect(world.trail().map(({ action, change }) => [action, change])).toEqual([
      ['state.test', undefined],
      ['state.test', { revealSecrets: true }],
    ])
    const request = { definition, roleArn, revealSecrets: true }
    await expect(testState(world.engine, nobody, request)).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it('and is given up when it takes longer than the state allows', async () => {
    const world = new World()
    const trial = tested({ world, roleArn }, task({ TimeoutSeconds: 5 }))
    await world.settle()
    const call = world.call()
    await world.advance(5000)
    expect(await trial).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
    expect(call.signal.aborted).toBe(true)
  })
})

describe('what cannot be tried is refused in the words of AWS', () => {
  const pass = { Type: 'Pass', End: true }
  const task = { Type: 'Task', Resource: lambda, Parameters: { FunctionName: 'f' }, End: true }
  it.each<readonly [string, Given, unknown]>([
    ["State type 'Pass' is not supported when a mock is specified", { mock: result(1) }, pass],
    ['RoleArn must be specified when testing a Task state', {}, task],
    ['State not found in definition', { stateName: 'B' }, { StartAt: 'A', States: { A: pass } }],
    [
      'A test mock should have only one of the following fields: [result, errorOutput].',
      { mock: { ...result(1), ...failing('E') } },
      task,
    ],
    ['Mocked result must be valid JSON', { mock: { result: '{' } }, task],
    [
      'TestState does not support RevealSecrets when a mock is specified.',
      { mock: result({}), revealSecrets: true },
      task,
    ],
    [
      'TestState does not support MapIterationFailureCount when a mock is not specified.',
      { stateConfiguration: { mapIterationFailureCount: 1 } },
      pass,
    ],
    [
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      {},
      { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass } }], End: true },
    ],
    [
      "Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
      { context: '{"Map":{}}' },
      pass,
    ],
    ["Invalid Context object provided: Field 'Pokedex' is not allowed", { context: '{"Pokedex":{}}' }, pass],
    ['Invalid Context object provided: Execution.Id must be a string', { context: '{"Execution":{"Id":1}}' }, pass],
    [
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'",
      { mock: result([]) },
      { Type: 'Parallel', Branches: [], End: true },
    ],
  ])('%s', async (message, given, definition) => {
    expect(await refusal(given, definition)).toBe(message)
  })

  it('and nobody without permission may', async () => {
    const world = new World()
    const request = { definition: JSON.stringify(pass) }
    await expect(testState(world.engine, nobody, request)).rejects.toMatchObject({ kind: 'forbidden' })
  })
})
