/** The judge of the crash tests, judged: each kind of harm is done to a healthy folder by hand and must be noticed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { systemRandom } from '../../src/app/system-clock.ts'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { startExecution } from '../../src/engine/index.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { Ledger, type Life } from './ledger.ts'
import { tenTasks } from './machines.ts'
import { until } from './until.ts'
import { admin, databaseFile, installMachine, openWorld } from './world.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const noLife: Life = { started: [], closed: [], acknowledged: [], calls: [] }

/** A folder with execution 1, `ended`, and execution 2, `open`, which waits in its third task. */
async function liveOnce(): Promise<{ folder: string; calls: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  folders.push(folder)
  const calls: string[] = []
  const world = openWorld({
    folder,
    clock: new VirtualClock(),
    logger: silentLogger,
    randomBytes: systemRandom,
    expressions: createExpressions(),
    handlers: [
      {
        handles: () => true,
        call: ({ idempotencyKey, attempt, input, stateName, executionArn }) => {
          calls.push(`${idempotencyKey}/${attempt}`)
          const waits = executionArn.endsWith(':open') && stateName === 'S2'
          return waits ? new Promise(() => {}) : { kind: 'succeeded', output: input }
        },
      },
    ],
  })
  const stateMachineArn = await installMachine(world.engine, 'w1', tenTasks)
  for (const name of ['ended', 'open']) await startExecution(world.engine, admin, { stateMachineArn, name })
  await until(() => calls.length === 13)
  await world.close()
  return { folder, calls }
}

const lastOfOpen = (calls: readonly string[]): string => calls.findLast((key) => key.startsWith('2/')) ?? ''

function harm(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, databaseFile))
  database.exec(sql)
  database.close()
}

async function problemsAfter(sql: string, life: Partial<Life> = {}): Promise<string> {
  const { folder } = await liveOnce()
  harm(folder, sql)
  const ledger = new Ledger()
  ledger.close(folder, { ...noLife, ...life })
  return ledger.problems.join('\n')
}

describe('the ledger', () => {
  it('has nothing to say against a healthy folder', async () => {
    const { folder, calls } = await liveOnce()
    const ledger = new Ledger()
    ledger.close(folder, { ...noLife, started: ['ended', 'open'], closed: ['ended'], calls })
    expect(ledger.problems).toEqual([])
    expect(ledger).toMatchObject({ open: 1, totals: { executions: 2, events: 52, calls: 13, madeAgain: 0 } })
    // The call that was cut off may be made again.
    ledger.close(folder, { ...noLife, calls: [lastOfOpen(calls)] })
    expect(ledger.problems).toEqual([])
    expect(ledger.totals.madeAgain).toBe(1)
  })

  it('notices a step that runs again', async () => {
    const { folder, calls } = await liveOnce()
    const ledger = new Ledger()
    ledger.close(folder, { ...noLife, calls })
    const [ofEnded = '', ofOpen = ''] = [
      calls.find((key) => key.startsWith('1/')),
      calls.find((key) => key.startsWith('2/')),
    ]
    ledger.close(folder, { ...noLife, calls: [ofEnded, ofOpen, '2/999/0'] })
    const last = lastOfOpen(calls)
    ledger.close(folder, { ...noLife, calls: [last, last] })
    expect(ledger.problems).toEqual([
      `${ofEnded} was called although its execution had ended before the last death`,
      `${ofOpen} was called again although its outcome was stored before the last death`,
      '2/999/0 was called and is not stored as scheduled',
      `${last} was called twice in one life`,
    ])
  })

  it('notices an acknowledged answer that is not stored', async () => {
    expect(await problemsAfter('', { acknowledged: ['2/2/0'] })).toBe('')
    expect(await problemsAfter('', { acknowledged: ['2/12/0'] })).toBe(
      'the answer to 2/12/0 was acknowledged and is not stored',
    )
  })

  it.each([
    [
      'an execution that is lost',
      "UPDATE execution SET name = 'other' WHERE id = 1",
      'ended was acknowledged and is lost',
    ],
    ['an end that is lost', 'UPDATE execution SET status = 0 WHERE id = 1', 'ended was closed and is not any more'],
    ['a chunk that is lost', 'DELETE FROM chunk WHERE execution_id = 2 AND seq = 2', 'chunk numbers'],
    [
      'a gap in the history',
      'UPDATE chunk SET first_event = first_event + 1 WHERE execution_id = 2 AND seq = 3',
      'first event of chunk 3',
    ],
    [
      'a changed history',
      "UPDATE chunk SET body = '[9' || substr(body, 3) WHERE execution_id = 2 AND seq = 2",
      'replay of chunk 2',
    ],
    ['another output', "UPDATE execution SET output = '1' WHERE id = 1", 'end: stored'],
    ['another digest', "UPDATE execution SET digest = '' WHERE id = 1", 'digest: stored'],
    ['an execution that nobody would resume', 'UPDATE execution SET busy = 0 WHERE id = 2', 'busy: stored false'],
    [
      'a timer of nobody',
      'INSERT INTO timer (execution_id, frame, kind, entered_id, attempt, due) VALUES (2, 1, 0, 1, 0, 0)',
      'timers: stored',
    ],
    [
      'an activity task of nobody',
      "INSERT INTO activity_task (activity_arn, execution_id, frame, entered_id, attempt, input) VALUES ('', 2, 1, 2, 0, '')",
      'activity tasks: stored',
    ],
    [
      'a start that the trail does not tell of',
      "DELETE FROM trail_unsealed WHERE action = 'execution.start' AND subject_id LIKE '%:open'",
      'the trail tells of nothing',
    ],
    [
      'an end that the trail tells of twice',
      "INSERT INTO trail_unsealed SELECT 99, at, actor_type, actor_id, actor_via, action, subject_type, subject_id, change, execution, event_id, cause_type, cause_id, drill FROM trail_unsealed WHERE action = 'execution.close'",
      'execution.close, execution.close',
    ],
  ])('notices %s', async (_what, sql, words) => {
    expect(await problemsAfter(sql, { started: ['ended', 'open'], closed: ['ended'] })).toContain(words)
  })
})
