/**
 * What kill -9 cannot show, because the page cache survives it: that nothing is told to anybody before it is on the disk.
 * Three proofs: every connection that is opened syncs each commit; whatever is acknowledged or called is committed by then;
 * and (where strace is) the system calls themselves, in their order.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { systemRandom } from '../../src/app/system-clock.ts'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import {
  createActivity,
  deleteStateMachine,
  getActivityTask,
  type ResourceHandler,
  sendTaskFailure,
  sendTaskHeartbeat,
  sendTaskSuccess,
  startExecution,
  stopExecution,
  tagResource,
  updateStateMachine,
} from '../../src/engine/index.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import type { TraceEvent } from '../../src/store/index.ts'
import { activityArn, machineArn, tenTasks, tenTasksInput } from './machines.ts'
import { until } from './until.ts'
import type { VictimOrder } from './victim.ts'
import { admin, databaseFile, installMachine, openWorld, type World } from './world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('every connection', () => {
  it('syncs each commit (synchronous = FULL on a write-ahead log), after reopening too', () => {
    const path = join(newFolder(), databaseFile)
    const full = { synchronous: 2, journal_mode: 'wal' }
    for (const _time of ['new', 'opened again']) {
      const fixture = join(import.meta.dirname, 'connections.fixture.ts')
      const run = spawnSync(process.execPath, [fixture, path], { encoding: 'utf8' })
      expect(run).toMatchObject({ status: 0, stderr: '' })
      // The writer, the reader, and one for each of the two lists.
      expect(JSON.parse(run.stdout)).toEqual([full, full, full, full])
    }
  })
})

describe('before its commit', () => {
  const waits = JSON.stringify({
    StartAt: 'Desk',
    States: { Desk: { Type: 'Task', Resource: activityArn, HeartbeatSeconds: 60, End: true } },
  })

  type Bench = World & {
    readonly clock: VirtualClock
    readonly calls: string[]
    readonly trace: TraceEvent['kind'][]
    /** On a connection that sees only what is committed. */
    seen(sql: string, ...values: (string | number)[]): unknown
  }

  async function open(
    answer: ResourceHandler['call'] = ({ input }) => ({ kind: 'succeeded', output: input }),
  ): Promise<Bench> {
    const folder = newFolder()
    const clock = new VirtualClock()
    const calls: string[] = []
    const trace: TraceEvent['kind'][] = []
    const world = openWorld({
      folder,
      clock,
      logger: silentLogger,
      randomBytes: systemRandom,
      expressions: createExpressions(),
      handlers: [
        {
          handles: ({ kind }) => kind === 'lambda',
          call: (call, signal) => {
            calls.push(call.idempotencyKey)
            return answer(call, signal)
          },
        },
      ],
      onTrace: ({ kind }) => trace.push(kind),
    })
    undo.push(() => world.close())
    const other = new DatabaseSync(join(folder, databaseFile), { readOnly: true })
    undo.push(() => other.close())
    const seen: Bench['seen'] = (sql, ...values) => {
      const row = other.prepare(sql).get(...values)
      return row === undefined ? undefined : Object.values(row)[0]
    }
    return { ...world, clock, calls, trace, seen }
  }

  it('nothing that a verb has done is told to its caller', async () => {
    const { engine, seen } = await open()
    const told = async (verb: Promise<unknown>, sql: string, expected: unknown): Promise<void> => {
      await verb
      expect({ sql, found: seen(sql) }).toEqual({ sql, found: expected })
    }
    const events = (kind: number) => `SELECT count(*) FROM chunk WHERE body LIKE '[_,[${kind},1,2,0%'`
    await told(installMachine(engine, 'w', waits), 'SELECT count(*) FROM revision', 1)
    const update = { arn: machineArn('w'), definition: waits.replace('60', '70') }
    await told(updateStateMachine(engine, admin, update), 'SELECT count(*) FROM revision', 2)
    await told(createActivity(engine, admin, { name: 'desk' }), 'SELECT count(*) FROM activity', 1)
    const tags = [{ key: 'team', value: 'ops' }]
    await told(tagResource(engine, admin, { arn: activityArn, tags }), 'SELECT count(*) FROM tag', 1)

    const token = async (name: string): Promise<string> => {
      const start = startExecution(engine, admin, { stateMachineArn: machineArn('w'), name })
      await told(start, `SELECT count(*) FROM execution WHERE name = '${name}'`, 1)
      const poll = getActivityTask(engine, admin, { arn: activityArn }, new AbortController().signal)
      await told(poll, `SELECT max(taken) FROM activity_task`, 1)
      return (await poll)?.token ?? ''
    }
    const first = await token('first')
    await told(sendTaskSuccess(engine, admin, { token: first, output: '1' }), events(3), 1)
    await told(sendTaskFailure(engine, admin, { token: await token('second') }), events(4), 1)
    const third = await token('third')
    const due = Number(seen('SELECT due FROM timer'))
    const { clock } = engine
    if (clock instanceof VirtualClock) clock.advanceBy(1000)
    await told(sendTaskHeartbeat(engine, admin, { token: third }), 'SELECT due FROM timer', due + 1000)
    const stop = { executionArn: machineArn('w').replace('stateMachine', 'execution') + ':third' }
    await told(stopExecution(engine, admin, stop), "SELECT status FROM execution WHERE name = 'third'", 4)
    await told(deleteStateMachine(engine, admin, machineArn('w')), 'SELECT status FROM state_machine', 'DELETED')
  })

  it('no call is made, and none while a transaction is open', async () => {
    const scheduledWhenCalled: unknown[] = []
    const openWhenCalled: unknown[] = []
    const bench: Bench = await open(({ idempotencyKey, input }) => {
      const [execution = '', entered = ''] = idempotencyKey.split('/')
      // The chunk that entered the state also scheduled its task.
      const chunk = 'SELECT max(first_event) FROM chunk WHERE execution_id = ? AND first_event <= ? AND body LIKE ?'
      scheduledWhenCalled.push(bench.seen(chunk, Number(execution), Number(entered), '[%'))
      openWhenCalled.push(bench.trace.findLast((kind) => kind !== 'acknowledge' && kind !== 'reject'))
      return { kind: 'succeeded', output: input }
    })
    const { engine, calls } = bench
    const stateMachineArn = await installMachine(engine, 'w1', tenTasks)
    for (let n = 0; n < 5; n++) await startExecution(engine, admin, { stateMachineArn, input: tenTasksInput })
    await until(() => calls.length === 50)
    // Ten states of five executions: entered by event 2, 7, 12 … in the chunks that begin at 1, 5, 10 …
    expect(scheduledWhenCalled.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      [1, 5, 10, 15, 20, 25, 30, 35, 40, 45].flatMap((first) => Array.from({ length: 5 }, () => first)),
    )
    expect(new Set(openWhenCalled)).toEqual(new Set(['commit']))
  })

  it('a disk that fails lets nobody hear and nothing be called; what was under way goes on when it is mended', async () => {
    let answerHeld = (): void => {}
    const { engine, store, clock, calls, trace, seen } = await open(({ input, stateName }) => {
      const answer = { kind: 'succeeded', output: input } as const
      if (stateName !== 'S3') return answer
      return new Promise((resolve) => (answerHeld = () => resolve(answer)))
    })
    const stateMachineArn = await installMachine(engine, 'w1', tenTasks)
    await startExecution(engine, admin, { stateMachineArn, name: 'held' })
    await until(() => calls.length === 4)

    const pages = await store.write((tx) => tx.prepare('PRAGMA page_count').get()?.['page_count'])
    await store.write((tx) => tx.prepare(`PRAGMA max_page_count = ${Number(pages)}`).get())
    trace.length = 0
    const input = JSON.stringify('x'.repeat(100_000))
    await expect(startExecution(engine, admin, { stateMachineArn, name: 'refused', input })).rejects.toMatchObject({
      code: 'store.full',
      kind: 'exhausted',
    })
    expect(trace).not.toContain('commit')
    answerHeld()
    await new Promise(setImmediate)
    expect(seen('SELECT count(*) FROM execution')).toBe(1)
    expect(calls).toHaveLength(4)

    await store.write((tx) => tx.prepare('PRAGMA max_page_count = 1000000').get())
    clock.advanceBy(1000)
    await until(() => {
      clock.advanceBy(1000)
      return seen('SELECT status FROM execution') !== 0
    })
    expect(seen('SELECT status FROM execution')).toBe(1)
    expect(calls).toHaveLength(10)
  })
})

const strace = spawnSync('strace', ['-V']).status === 0

describe.skipIf(!strace)('the system calls (needs strace)', () => {
  it('sync the log before each acknowledgement is written and before each call is made', { timeout: 60_000 }, () => {
    const folder = newFolder()
    const order: VictimOrder = {
      folder,
      callsFile: join(folder, 'calls.log'),
      inFlight: 3,
      mode: 'once',
      trailVerified: 0,
    }
    const report = join(folder, 'strace')
    const victim = [process.execPath, join(import.meta.dirname, 'victim.ts'), JSON.stringify(order)]
    const traced = ['write', 'pwrite64', 'fsync', 'fdatasync'].join(',')
    // Without -f only the main thread is traced: there the store writes, and there everything is acknowledged.
    const run = spawnSync('strace', ['-y', '-e', `trace=${traced}`, '-o', report, ...victim], { encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stderr: '' })
    const seen = readTrace(readFileSync(report, 'utf8'), order.callsFile)
    expect(seen.toldUnsynced).toEqual([])
    expect(seen).toMatchObject({ started: 3, closed: 3, calls: 30 })
    // Eleven transactions of each execution, each with its own sync.
    expect(seen.syncs).toBeGreaterThanOrEqual(33)
  })
})

type SeenCalls = { started: number; closed: number; calls: number; syncs: number; toldUnsynced: string[] }

/** `pwrite64(24</…/holdfast.sqlite-wal>, …`, `fdatasync(24</…/holdfast.sqlite-wal>) = 0`, `write(1<pipe:[7]>, "started …` */
function readTrace(text: string, callsFile: string): SeenCalls {
  const seen: SeenCalls = { started: 0, closed: 0, calls: 0, syncs: 0, toldUnsynced: [] }
  let unsynced = 'nothing was ever synced'
  for (const line of text.split('\n')) {
    const [, call = '', descriptor = '', file = ''] = /^(\w+)\((\d+)<([^>]*)>/.exec(line) ?? []
    if (file.endsWith('-wal')) {
      if (call === 'pwrite64') unsynced = line
      else if (line.endsWith('= 0')) {
        unsynced = ''
        seen.syncs++
      }
      continue
    }
    const told = toldBy(line, { call, descriptor, file }, callsFile)
    if (told === undefined) continue
    seen[told]++
    if (unsynced !== '') seen.toldUnsynced.push(`${line} after ${unsynced}`)
  }
  return seen
}

function toldBy(
  line: string,
  { call, descriptor, file }: { readonly call: string; readonly descriptor: string; readonly file: string },
  callsFile: string,
): 'started' | 'closed' | 'calls' | undefined {
  if (call !== 'write') return undefined
  if (file === callsFile) return 'calls'
  if (descriptor !== '1') return undefined
  return line.includes('"started ') ? 'started' : line.includes('"closed ') ? 'closed' : undefined
}
