import { describe, expect, it } from 'vitest'
import { attemptOf, type Driver, type DriverOptions, lambda, run } from './driver.fake.ts'
import { itemInputs } from './items.ts'
import type { MapRunPlan } from './state.ts'

const jsonata = { QueryLanguage: 'JSONata' }
const scope = (state: object): object => ({ StartAt: 'I', States: { I: { ...state, End: true } } })
const pass = { Type: 'Pass' }
const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...scope(pass) }

function map(fields: object, options: DriverOptions = {}): Driver {
  const M = { Type: 'Map', ItemProcessor: distributed, ...fields, Next: 'Done' }
  return run({ StartAt: 'M', States: { M, Done: { Type: 'Pass', End: true }, Caught: { Type: 'Succeed' } } }, options)
}

function planOf(driver: Driver): MapRunPlan {
  const [opened] = driver.runs
  if (opened === undefined) throw new Error(`no run was opened: ${driver.closed?.cause ?? driver.chain}`)
  return opened.plan
}

function end(driver: Driver, how: { output?: string } | { error: string; cause: string }): Driver {
  const [opened] = driver.runs
  if (opened === undefined) throw new Error('no run is open')
  driver.send(
    'error' in how
      ? { ...attemptOf(opened), kind: 'mapRunFailed', ...how }
      : { ...attemptOf(opened), kind: 'mapRunSucceeded', ...how },
  )
  return driver
}

describe('a distributed Map', () => {
  it('opens a run over its items and goes on with the results', () => {
    const driver = map({ ItemsPath: '$.l', ResultPath: '$.r' }, { input: '{"l":[1, 2]}' })
    const { arn, source, label } = planOf(driver)
    expect(label).toBe('M-0')
    expect(arn).toMatch(/^arn:aws:states:[^:]+:\d+:mapRun:[^:/]+\/M-0:[0-9a-f-]{36}$/)
    expect(source).toEqual({ kind: 'state', items: '[1,2]', length: 2 })
    end(driver, { output: '[3,4]' })
    expect(driver.output).toBe('{"l":[1,2],"r":[3,4]}')
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(M) · 3←2 MapStateStarted{2} · 4←3 MapRunStarted · 5←4 MapRunSucceeded · 6←5 MapStateSucceeded · 7←4 MapStateExited(M) · 8←7 PassStateEntered(Done) · 9←8 PassStateExited(Done) · 10←9 ExecutionSucceeded',
    )
  })

  it('also runs over the members of an object', () => {
    const driver = map({}, { input: '{"a":1,"b":2}' })
    expect(planOf(driver).source).toEqual({ kind: 'state', items: '{"a":1,"b":2}', length: 2 })
  })

  it.each([
    ['{"Items":1}', { ItemsPath: '$.Items' }, 'Reference path "$.Items" must point to array or object.'],
    ['7', {}, 'Reference path "$" must point to array or object.'],
  ])('fails on %s', (input, fields, cause) => {
    const driver = map(fields, { input })
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.Runtime' })
    expect(driver.closed?.cause).toContain(cause)
  })

  it('tells the failure of its run, and can catch and retry it', () => {
    const failure = { error: 'States.ItemReaderFailed', cause: 'no such file' }
    const failed = end(map({}, { input: '[1]' }), failure)
    expect(failed.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(M) · 3←2 MapStateStarted{1} · 4←3 MapRunStarted · 5←4 MapRunFailed{States.ItemReaderFailed} · 6←5 MapStateFailed · 7←6 ExecutionFailed{States.ItemReaderFailed}',
    )
    const Catch = [{ ErrorEquals: ['States.ItemReaderFailed'], Next: 'Caught' }]
    expect(end(map({ Catch }, { input: '[1]' }), failure).output).toBe(
      '{"Error":"States.ItemReaderFailed","Cause":"no such file"}',
    )
    const retried = end(map({ Retry: [{ ErrorEquals: ['States.ALL'] }] }, { input: '[1]' }), failure)
    expect(retried.chain).not.toContain('MapStateFailed')
    retried.runs.length = 0
    retried.fire()
    expect(retried.runs).toMatchObject([{ attempt: 1, plan: { source: { length: 1 } } }])
  })

  it('fails with results that are too large together', () => {
    const driver = end(map({}, { input: '[1]' }), {})
    expect(driver.chain).toContain('5←4 MapRunSucceeded · 6←4 MapStateFailed · 7←6 ExecutionFailed')
    expect(driver.closed?.error).toBe('States.DataLimitExceeded')
  })

  it('hears nothing of a run that is not its own', () => {
    const driver = map({}, { input: '[1]' })
    const [opened] = driver.runs
    if (opened === undefined) throw new Error('no run')
    driver.send({ ...attemptOf(opened), attempt: 7, kind: 'mapRunSucceeded', output: '[]' })
    expect(driver.closed).toBeUndefined()
  })

  it('is aborted with the Parallel around it', () => {
    const M = { Type: 'Map', ItemProcessor: distributed, End: true }
    const T = { Type: 'Task', Resource: lambda('f'), End: true }
    const Branches = [
      { StartAt: 'M', States: { M } },
      { StartAt: 'T', States: { T } },
    ]
    const driver = run({ StartAt: 'P', States: { P: { Type: 'Parallel', Branches, End: true } } }, { input: '[1]' })
    expect(driver.runs).toHaveLength(1)
    driver.fail('T', 'Oops')
    expect(driver.chain).toContain('11←10 MapStateAborted · 12←10 MapRunAborted')
    expect(driver.runs).toHaveLength(0)
  })
})

describe('what a run is opened with', () => {
  it('is evaluated once, with the paths of the state', () => {
    const driver = map(
      {
        MaxConcurrencyPath: '$.m',
        ToleratedFailureCountPath: '$.c',
        ToleratedFailurePercentagePath: '$.p',
        Label: 'mine',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          Parameters: { Bucket: 'b', 'Key.$': '$.k' },
          ReaderConfig: {
            InputType: 'CSV',
            CSVHeaderLocation: 'GIVEN',
            CSVHeaders: ['x'],
            CSVDelimiter: 'TAB',
            MaxItemsPath: '$.n',
          },
        },
        ItemBatcher: { MaxItemsPerBatchPath: '$.b', MaxInputBytesPerBatch: 100, BatchInput: { 'k.$': '$.k' } },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { 'Bucket.$': '$.k', Prefix: 'p' },
          WriterConfig: { OutputType: 'JSONL' },
        },
      },
      { input: '{"m":5,"c":1,"p":2.5,"k":"key","n":"3","b":2}' },
    )
    expect(driver.event('MapStateStarted').details).toEqual({ length: 0 })
    expect(planOf(driver)).toMatchObject({
      label: 'mine',
      maxConcurrency: 5,
      toleratedCount: 1,
      toleratedPercentage: 2.5,
      source: {
        kind: 'reader',
        action: 'getObject',
        parameters: '{"Bucket":"b","Key":"key"}',
        format: { inputType: 'CSV', csvHeaders: ['x'], csvDelimiter: '\t', flatten: false },
        maxItems: 3,
      },
      batches: { maxItems: 2, maxBytes: 100, batchInput: '{"k":"key"}' },
      results: { transformation: 'NONE', outputType: 'JSONL', parameters: '{"Bucket":"key","Prefix":"p"}' },
    })
  })

  it.each([
    ['MaxConcurrencyPath', '"x"', 'The MaxConcurrencyPath field refers to value "x" which is not a valid integer: $.v'],
    ['MaxConcurrencyPath', '-1', 'MaxConcurrency cannot be negative.'],
    ['ToleratedFailureCountPath', '1.5', 'field refers to value "1.5" which is not a valid integer: $.v'],
    ['ToleratedFailureCountPath', '-1', 'ToleratedFailureCount cannot be negative.'],
    ['ToleratedFailurePercentagePath', '"x"', 'refers to value "x" which is not a valid float: $.v'],
    ['ToleratedFailurePercentagePath', '101', 'ToleratedFailurePercentage must be between 0 and 100.'],
  ])('%s: %s is refused', (field, value, cause) => {
    const driver = map({ ItemsPath: '$.l', [field]: '$.v' }, { input: `{"l":[],"v":${value}}` })
    expect(driver.closed).toMatchObject({ status: 'failed', error: 'States.Runtime' })
    expect(driver.closed?.cause).toContain(cause)
    const { previousEventId } = driver.event('ExecutionFailed')
    expect(driver.history.find(({ id }) => id === previousEventId)?.type).toBe(
      field === 'MaxConcurrencyPath' ? 'MapStateEntered' : 'MapStateStarted',
    )
  })

  it('a reader is evaluated once the state has started', () => {
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      Parameters: { Bucket: 'b', Key: 'k' },
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItemsPath: '$.n' },
    }
    const driver = map({ ItemReader }, { input: '{"n":1.5}' })
    expect(driver.chain).toBe(
      '1←0 ExecutionStarted · 2←0 MapStateEntered(M) · 3←2 MapStateStarted{0} · 4←3 ExecutionFailed{States.Runtime}',
    )
  })

  it('takes expressions, too', () => {
    const expressions = { n: () => '[1,2]', c: () => '2', bad: () => '-1' }
    const driver = map({ ...jsonata, Items: '{% n %}', ToleratedFailureCount: '{% c %}' }, { input: '{}', expressions })
    expect(planOf(driver)).toMatchObject({ toleratedCount: 2, source: { length: 2 } })
    const refused = map({ ...jsonata, Items: [], ToleratedFailureCount: '{% bad %}' }, { input: '{}', expressions })
    expect(refused.closed?.error).toBe('States.QueryEvaluationError')
  })
})

describe('what a child is given', () => {
  const item = { index: 3, value: '{"a":1}', source: 'STATE_DATA' }

  function inputs(driver: Driver): ReturnType<typeof itemInputs> {
    const { machine, state, limits } = driver
    return itemInputs({ machine, state, frame: 1, env: driver.env(), limits })
  }

  it('is the item, or the member of an object with its name', () => {
    const inputOf = inputs(map({}, { input: '[]' }))
    expect(inputOf(item)).toBe('{"a":1}')
    expect(inputOf({ ...item, key: 'k' })).toBe('{"Key":"k","Value":{"a":1}}')
  })

  it('is what the ItemSelector makes of it', () => {
    const ItemSelector = {
      'v.$': '$$.Map.Item.Value.a',
      'i.$': '$$.Map.Item.Index',
      'k.$': '$$.Map.Item.Key',
      's.$': '$$.Map.Item.Source',
      'in.$': '$.x',
    }
    const inputOf = inputs(map({ ItemSelector, ItemsPath: '$.l' }, { input: '{"l":[],"x":7}' }))
    expect(inputOf({ ...item, key: 'k' })).toBe('{"v":1,"i":3,"k":"k","s":"STATE_DATA","in":7}')
  })
})
