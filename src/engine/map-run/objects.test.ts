import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { admin, endWorlds, taskState, World } from '../world.ts'
import { describeMapRun } from './describe.ts'
import { listMapRuns } from './list.ts'
import { FakeObjects } from './objects.fake.ts'

afterEach(endWorlds)

const pass = { Type: 'Pass', End: true }
const getObject = 'arn:aws:states:::s3:getObject'
const putObject = 'arn:aws:states:::s3:putObject'

const map = (state: object, more: object) => ({
  Map: {
    Type: 'Map',
    Label: 'each',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Item',
      States: { Item: state },
    },
    End: true,
    ...more,
  },
})

const reader = (Key: string, ReaderConfig: object) => ({
  ItemReader: { Resource: getObject, Parameters: { Bucket: 'data', Key }, ReaderConfig },
})

const worldOf = (store: FakeObjects): World => new World({ engine: { objectStores: [store] } })

/** What the children of a Map over one object are given. */
async function itemsOf(objects: Readonly<Record<string, string | Buffer>>, key: string, config: object) {
  const world = worldOf(new FakeObjects(objects))
  const arn = await world.run(map(pass, reader(key, config)))
  const { status, error, cause } = await world.describe(arn)
  return status === 'SUCCEEDED' ? world.output(arn) : { error, cause }
}

const failed = (cause: string) => ({ error: 'States.ItemReaderFailed', cause })

describe('items of an object', () => {
  it('are the elements of a JSON array, or the members of an object', async () => {
    const config = { InputType: 'JSON' }
    expect(await itemsOf({ a: ' [1, {"x": [2, "]"]}, "é"] ' }, 'a', config)).toEqual([1, { x: [2, ']'] }, 'é'])
    expect(await itemsOf({ a: '{"k": 1, "l": [2]}' }, 'a', config)).toEqual([
      { Key: 'k', Value: 1 },
      { Key: 'l', Value: [2] },
    ])
    expect(await itemsOf({ a: '"text"' }, 'a', config)).toEqual(failed('Attempting to map over non-iterable node.'))
  })

  it('may stand deep in a JSON text', async () => {
    const text = '{"no": [0], "in": {"the/file": [{"n": 1}, {"n": 2}]}}'
    expect(await itemsOf({ a: text }, 'a', { InputType: 'JSON', ItemsPointer: '/in/the~1file' })).toEqual([
      { n: 1 },
      { n: 2 },
    ])
  })

  it('are the lines of JSON Lines', async () => {
    expect(await itemsOf({ a: '{"n": 1}\r\n\n[2]\n3' }, 'a', { InputType: 'JSONL' })).toEqual([{ n: 1 }, [2], 3])
    expect(await itemsOf({ a: '{"n": 1}\n{' }, 'a', { InputType: 'JSONL' })).toMatchObject({
      error: 'States.ItemReaderFailed',
    })
  })

  it('are the rows of CSV, with names from the first one or from the definition', async () => {
    const text = 'A,B,C\nx,"y,\n""z""",\'q\'\n,,,\nonly,\n   \n'
    const first = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }
    expect(await itemsOf({ a: text }, 'a', first)).toEqual([
      { A: 'x', B: 'y,\n"z"', C: "'q'" },
      { A: '', B: '', C: '' },
      { A: 'only', B: '', C: '' },
      { A: '   ', B: '', C: '' },
    ])
    const given = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['H'], CSVDelimiter: 'PIPE' }
    expect(await itemsOf({ a: '1|2\r\n3|4\r\n' }, 'a', given)).toEqual([{ H: '1' }, { H: '3' }])
  })

  it('have CSV names that differ', async () => {
    const given = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['H', 'H'] }
    const refused = failed('CSV headers cannot contain duplicates.')
    expect(await itemsOf({ a: '1,2' }, 'a', given)).toEqual(refused)
    expect(await itemsOf({ a: 'A,A\n1,2' }, 'a', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' })).toEqual(refused)
  })

  it('are unpacked where the name ends so', async () => {
    const text = '1\n2\n'
    const config = { InputType: 'JSONL' }
    expect(await itemsOf({ 'a.gz': gzipSync(text) }, 'a.gz', config)).toEqual([1, 2])
    expect(await itemsOf({ 'a.zst': zstdCompressSync(text) }, 'a.zst', config)).toEqual([1, 2])
    expect(await itemsOf({ 'a.gz': text }, 'a.gz', config)).toEqual(
      failed('The object cannot be unpacked: incorrect header check'),
    )
  })

  it('are no more than asked for', async () => {
    const config = { InputType: 'JSONL' }
    expect(await itemsOf({ a: '1\n2\n3\n' }, 'a', { ...config, MaxItems: 2 })).toEqual([1, 2])
    expect(await itemsOf({ a: '1\n2\n3\n' }, 'a', { ...config, MaxItems: 0 })).toEqual([1, 2, 3])
    const world = worldOf(new FakeObjects({ a: '1\n2' }))
    const arn = await world.run(map(pass, reader('a', { ...config, MaxItemsPath: '$.most' })), { most: -1 })
    expect(await world.describe(arn)).toMatchObject(failed('field MaxItems must be positive'))
  })

  it('in Parquet are refused with what can be read', async () => {
    expect(await itemsOf({ a: 'PAR1' }, 'a', { InputType: 'PARQUET' })).toEqual(
      failed('Items of the InputType PARQUET cannot be read here; CSV, JSON, JSONL and manifests of them can.'),
    )
  })

  it('fail the run in the words of the store, or when nothing has the bucket', async () => {
    expect(await itemsOf({}, 'a', { InputType: 'JSON' })).toEqual(failed('The specified key does not exist.'))
    const world = new World()
    const arn = await world.run(map(pass, reader('a', { InputType: 'JSON' })))
    expect(await world.describe(arn)).toMatchObject(failed('Nothing here reads or writes the bucket data.'))
  })

  it('tell where they are from', async () => {
    const world = worldOf(new FakeObjects({ a: '[1]' }))
    const ItemSelector = { 'from.$': '$$.Map.Item.Source', 'at.$': '$$.Map.Item.Index' }
    const arn = await world.run(map(pass, { ...reader('a', { InputType: 'JSON' }), ItemSelector }))
    expect(await world.output(arn)).toEqual([{ from: 'S3://data/a', at: 0 }])
  })
})

describe('items of several objects', () => {
  const listing = (Prefix: string, ReaderConfig?: object) => ({
    ItemReader: {
      Resource: 'arn:aws:states:::s3:listObjectsV2',
      Parameters: { Bucket: 'data', Prefix },
      ...(ReaderConfig === undefined ? {} : { ReaderConfig }),
    },
  })

  it('are the objects of a listing themselves', async () => {
    const world = worldOf(new FakeObjects({ 'in/a': '1', 'in/b': '22', out: '' }))
    const arn = await world.run(map(pass, listing('in/')))
    expect(await world.output(arn)).toEqual([
      { Etag: '"1-31"', LastModified: 1_700_000_000, Key: 'in/a', Size: 1, StorageClass: 'STANDARD' },
      expect.objectContaining({ Key: 'in/b', Size: 2 }),
    ])
  })

  it('are what the objects of a listing hold', async () => {
    const world = worldOf(new FakeObjects({ 'in/': '', 'in/a': '1\n2', 'in/b': '3', out: '4' }))
    const config = { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN' }
    expect(await world.output(await world.run(map(pass, listing('in/', config))))).toEqual([1, 2, 3])
  })

  it('are named by an S3 inventory', async () => {
    const manifest = {
      destinationBucket: 'arn:aws:s3:::data',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key',
      files: [{ key: 'f1.csv.gz' }, { key: 'f2.csv' }],
    }
    const objects = {
      manifest: JSON.stringify(manifest),
      'f1.csv.gz': gzipSync('"data","x"\n"data","y"\n'),
      'f2.csv': '"data","z"\n',
    }
    const config = { InputType: 'MANIFEST', ManifestType: 'S3_INVENTORY' }
    expect(await itemsOf(objects, 'manifest', config)).toEqual([
      { Bucket: 'data', Key: 'x' },
      { Bucket: 'data', Key: 'y' },
      { Bucket: 'data', Key: 'z' },
    ])
  })

  it('are named by a manifest of Athena', async () => {
    const objects = { manifest: 's3://data/f1\n"s3://data/f2"\n', f1: '1\n2', f2: '3' }
    expect(await itemsOf(objects, 'manifest', { InputType: 'JSONL', ManifestType: 'ATHENA_DATA' })).toEqual([1, 2, 3])
  })
})

describe('reading that goes on after a crash', () => {
  const header = 'a,b\n'
  const csv = `${header}1,2\n3,4\n5,6\n`
  const cases: readonly (readonly [string, object, string | Buffer, string])[] = [
    ['JSON', { InputType: 'JSON' }, '[1, 2, 3]', 'file@2'],
    ['an object in JSON', { InputType: 'JSON' }, '{"a": 1, "b": 2, "c": 3}', 'file@7'],
    ['JSON Lines', { InputType: 'JSONL' }, '1\n2\n3\n', 'file@2'],
    ['CSV', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, csv, 'file@8'],
  ]

  it.each(cases)('begins in %s where the last child was given its item', async (_name, config, text, read) => {
    const whole = await itemsOf({ file: text }, 'file', config)
    const store = new FakeObjects({ file: text })
    const world = worldOf(store)
    const arn = await world.run(map(taskState('f'), { ...reader('file', config), MaxConcurrency: 1 }))
    const next = world.crash()
    store.reads.length = 0
    await next.engine.recover()
    await next.settle()
    const seen: unknown[] = []
    for (let call = next.calls.find(({ open }) => open); call; call = next.calls.find(({ open }) => open)) {
      seen.push(JSON.parse(call.input))
      call.succeed(JSON.parse(call.input))
      await next.settle()
    }
    expect(seen).toEqual(whole)
    expect(await next.output(arn)).toEqual(whole)
    expect(store.reads).toEqual([read])
  })

  it('finds its place in a packed object, and in the second of several', async () => {
    const manifest = 's3://data/f1.gz\ns3://data/f2.gz\n'
    const store = new FakeObjects({ manifest, 'f1.gz': gzipSync('1\n2\n'), 'f2.gz': gzipSync('3\n4\n') })
    const world = worldOf(store)
    const config = { InputType: 'JSONL', ManifestType: 'ATHENA_DATA' }
    const arn = await world.run(map(taskState('f'), { ...reader('manifest', config), MaxConcurrency: 3 }))
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    for (let call = next.calls.find(({ open }) => open); call; call = next.calls.find(({ open }) => open)) {
      call.succeed(JSON.parse(call.input))
      await next.settle()
    }
    expect(await next.output(arn)).toEqual([1, 2, 3, 4])
  })

  it('fails when the object has become another meanwhile', async () => {
    const store = new FakeObjects({ file: '1\n2\n3\n' })
    const world = worldOf(store)
    const more = { ...reader('file', { InputType: 'JSONL' }), MaxConcurrency: 1 }
    const arn = await world.run(map(taskState('f'), more))
    store.objects.set('file', Buffer.from('1\n2\n4\n'))
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    next.call().succeed(1)
    await next.settle()
    expect(await next.describe(arn)).toMatchObject(
      failed('The object file of the bucket data has changed while its items were read.'),
    )
  })
})

describe('results', () => {
  const writer = (WriterConfig?: object) => ({
    ResultWriter: {
      Resource: putObject,
      Parameters: { Bucket: 'data', Prefix: 'out/' },
      ...(WriterConfig === undefined ? {} : { WriterConfig }),
    },
  })

  async function exportOf(more: object, input: unknown, state: object = pass) {
    const store = new FakeObjects()
    const world = worldOf(store)
    const arn = await world.run(map(state, more), input)
    const run = (await listMapRuns(world.engine, admin, { executionArn: arn })).items[0]?.arn ?? ''
    return { store, world, arn, run, folder: `out/${run.split(':').at(-1)}` }
  }

  it('are exported with all there is to say of each child, and a manifest', async () => {
    const { store, world, arn, run, folder } = await exportOf(writer(), [1, 'b'])
    expect(await world.output(arn)).toEqual({
      MapRunArn: run,
      ResultWriterDetails: { Bucket: 'data', Key: `${folder}/manifest.json` },
    })
    const Key = `${folder}/SUCCEEDED_0.json`
    expect(store.writes).toEqual([Key, `${folder}/manifest.json`])
    expect(store.json(`${folder}/manifest.json`)).toEqual({
      DestinationBucket: 'data',
      MapRunArn: run,
      ResultFiles: { FAILED: [], PENDING: [], SUCCEEDED: [{ Key, Size: store.objects.get(Key)?.length }] },
    })
    const time = new Date(world.clock.now()).toISOString()
    const record = (input: string) => ({
      ExecutionArn: expect.stringMatching(/:execution:machine-1\/each:[0-9a-f-]{36}$/),
      Input: input,
      InputDetails: { Included: true },
      Name: expect.stringMatching(/^[0-9a-f-]{36}$/),
      Output: input,
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: time,
      StateMachineArn: expect.stringMatching(/:stateMachine:machine-1\/each$/),
      Status: 'SUCCEEDED',
      StopDate: time,
    })
    expect(store.json(Key)).toEqual([record('1'), record('"b"')])
    expect(await describeMapRun(world.engine, admin, run)).toMatchObject({ itemCounts: { resultsWritten: 2 } })
  })

  it('are exported as outputs alone, as the elements of outputs, and a line each', async () => {
    const compact = await exportOf(writer({ Transformation: 'COMPACT' }), [[1, 2], 3])
    expect(compact.store.json(`${compact.folder}/SUCCEEDED_0.json`)).toEqual([[1, 2], 3])
    const flat = await exportOf(writer({ Transformation: 'FLATTEN' }), [[1, 2], 3])
    expect(flat.store.json(`${flat.folder}/SUCCEEDED_0.json`)).toEqual([1, 2, 3])
    const lines = await exportOf(writer({ Transformation: 'FLATTEN', OutputType: 'JSONL' }), [[1, { a: 2 }], 3])
    expect(String(lines.store.objects.get(`${lines.folder}/SUCCEEDED_0.jsonl`))).toBe('1\n{"a":2}\n3\n')
  })

  it('of thousands of children keep their order', async () => {
    const items = Array.from({ length: 230 }, (_, i) => i)
    const { store, folder } = await exportOf(writer({ Transformation: 'COMPACT' }), items)
    expect(store.json(`${folder}/SUCCEEDED_0.json`)).toEqual(items)
  })

  it('of a run that fails are exported, too: what failed, and what was not begun', async () => {
    const more = { ...writer({ Transformation: 'COMPACT' }), MaxConcurrency: 2 }
    const { store, world, arn, run, folder } = await exportOf(more, ['a', 'b', 'c'], taskState('f'))
    world.calls[0]?.fail('Oops', 'it broke')
    await world.settle()
    expect(await world.describe(arn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' })
    expect(store.json(`${folder}/FAILED_0.json`)).toEqual([
      expect.objectContaining({ Input: '"a"', Status: 'FAILED', Error: 'Oops', Cause: 'it broke' }),
      expect.objectContaining({ Input: '"b"', Status: 'ABORTED', RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' }),
    ])
    expect(store.json(`${folder}/PENDING_0.json`)).toEqual([
      expect.objectContaining({ Input: '"c"', Status: 'PENDING', StateMachineArn: expect.stringContaining('/each') }),
    ])
    expect(store.json(`${folder}/manifest.json`)).toMatchObject({
      MapRunArn: run,
      ResultFiles: { FAILED: [{}], PENDING: [{}], SUCCEEDED: [] },
    })
  })

  it('that cannot be written fail the run, which a Catch can handle', async () => {
    const store = new FakeObjects()
    store.fault = 'The specified bucket does not exist'
    const world = worldOf(store)
    const arn = await world.run(map(pass, writer()), [1])
    const cause = 'The specified bucket does not exist'
    expect(await world.describe(arn)).toMatchObject({ error: 'States.ResultWriterFailed', cause })
    const run = (await listMapRuns(world.engine, admin, { executionArn: arn })).items[0]?.arn ?? ''
    expect(await describeMapRun(world.engine, admin, run)).toMatchObject({ error: 'States.ResultWriterFailed', cause })
    const nowhere = { ResultWriter: { Resource: putObject, Parameters: { Prefix: 'out' } } }
    expect(await world.describe(await world.run(map(pass, nowhere), [1]))).toMatchObject({
      error: 'States.ResultWriterFailed',
      cause: 'The parameter Bucket is missing.',
    })
  })

  it('that cannot be written are told of beside what the run has failed of before', async () => {
    const store = new FakeObjects()
    store.fault = 'The specified bucket does not exist'
    const world = worldOf(store)
    const arn = await world.run(map({ Type: 'Fail' }, writer()), [1])
    const told = {
      error: 'States.ExceedToleratedFailureThreshold',
      cause:
        'The specified tolerated failure threshold was exceeded. Its results could not be written either (States.ResultWriterFailed): The specified bucket does not exist',
    }
    expect(await world.describe(arn)).toMatchObject(told)
    const run = (await listMapRuns(world.engine, admin, { executionArn: arn })).items[0]?.arn ?? ''
    expect(await describeMapRun(world.engine, admin, run)).toMatchObject({ status: 'FAILED', ...told })
  })

  it('are written again with the same keys and bytes when the process died over them', async () => {
    const store = new FakeObjects()
    const world = worldOf(store)
    const arn = await world.run(map(taskState('f'), writer()), [1])
    const before = world.crash()
    await world.succeed('x')
    const [key = ''] = store.writes
    const first = store.objects.get(key)
    await before.engine.recover()
    await before.settle()
    await before.succeed('x')
    expect(await before.status(arn)).toBe('SUCCEEDED')
    expect(store.writes.slice(2)).toEqual(store.writes.slice(0, 2))
    expect(store.objects.get(key)).toEqual(first)
  })

  it('without export may be told in full', async () => {
    const { world, arn } = await exportOf({ ResultWriter: { WriterConfig: { Transformation: 'NONE' } } }, [1])
    expect(await world.output(arn)).toMatchObject([{ Input: '1', Output: '1', Status: 'SUCCEEDED' }])
  })
})
