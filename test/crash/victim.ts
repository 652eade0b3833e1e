/**
 * A process to be killed: an engine on a data folder, under W1 with so many executions at once. It appends each call to a
 * file before answering it, and writes a line to its output for everything it acknowledges, after its commit.
 */
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { setImmediate as immediately, setTimeout as soon } from 'node:timers/promises'
import { startTrail } from '../../src/audit/index.ts'
import { systemClock, systemRandom } from '../../src/app/system-clock.ts'
import type { Logger } from '../../src/base/index.ts'
import { type ResourceHandler, startExecution, type TaskCall } from '../../src/engine/index.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { tenTasks, tenTasksInput } from './machines.ts'
import { admin, installMachine, openWorld } from './world.ts'

/** The whole command line of the victim. */
export type VictimOrder = {
  readonly folder: string
  /** Gets a line `execution/visit/attempt` for each call. */
  readonly callsFile: string
  /** Executions at once. */
  readonly inFlight: number
  /**
   * `run`: start new ones for ever; `finish`: only end what is there, then leave; `once`: one after the other, then leave;
   * `hold`: start `inFlight` and answer no call of the state `S5`.
   */
  readonly mode: 'run' | 'once' | 'finish' | 'hold'
  /** Number of the trail's last record that has been verified. */
  readonly trailVerified: number
}

/** Safe: `startVictim` wrote it. */
const order = JSON.parse(process.argv[2] ?? '{}') as VictimOrder
const calls = openSync(order.callsFile, 'a')
const say = (line: string): void => void writeSync(1, `${line}\n`)

const complain =
  (level: string) =>
  (message: string, fields?: unknown): void =>
    void writeSync(2, `${level}: ${message} ${fields instanceof Object ? JSON.stringify(fields, plainErrors) : ''}\n`)
const plainErrors = (_: string, value: unknown): unknown => (value instanceof Error ? value.stack : value)
const silent = (): void => {}
const logger: Logger = { debug: silent, info: silent, warn: complain('warn'), error: complain('error') }

let called = 0
let firstOfNext = false
function answer(call: TaskCall): ReturnType<ResourceHandler['call']> {
  writeSync(calls, `${call.idempotencyKey}/${call.attempt}\n`)
  if (order.mode === 'finish' && !firstOfNext && call.stateName !== 'S5') {
    firstOfNext = true
    say(`progress ${call.idempotencyKey}`)
  }
  if (call.stateName === 'S5' && ++called === order.inFlight) say(`called ${called}`)
  if (order.mode === 'hold' && call.stateName === 'S5') return new Promise(() => {})
  const done = { kind: 'succeeded', output: call.input } as const
  // Most answer at once. Some take a turn of the loop or a moment, so that the executions do not march in step and a kill
  // finds them everywhere.
  const chance = createHash('sha256').update(call.idempotencyKey).digest().readUInt8()
  if (chance < 200) return done
  return chance < 240 ? immediately(done) : soon(chance - 239, done)
}

say('begun')
const world = openWorld({
  folder: order.folder,
  clock: systemClock,
  logger,
  randomBytes: systemRandom,
  expressions: createExpressions(),
  handlers: [{ handles: ({ kind }) => kind === 'lambda', call: answer }],
})
const { store, engine, trail } = world
say('opened')

const open = store.read.all<{ id: number; name: string }>('SELECT id, name FROM execution WHERE status = 0')
const ends = open.map(({ id, name }) => closed(id, name))
const { executions } = await engine.recover()
say(`resumed ${executions}`)
const stopTrail = startTrail({ trail, store, clock: systemClock, logger })
const { ok, to, broken } = await trail.verify({ from: order.trailVerified + 1 })
say(ok ? `trail ${to}` : `broken ${JSON.stringify(broken)}`)

const arn = await installMachine(engine, 'w1', tenTasks)
if (order.mode === 'once') for (let left = order.inFlight; left > 0; left--) await one()
if (order.mode === 'finish' || order.mode === 'once') await finish()
else {
  const free = Math.max(0, order.inFlight - open.length)
  await Promise.all([...ends.map((end) => end.then(forEver)), ...Array.from({ length: free }, forEver)])
}

async function forEver(): Promise<void> {
  for (;;) await one()
}

async function one(): Promise<void> {
  const { executionArn } = await startExecution(engine, admin, { stateMachineArn: arn, input: tenTasksInput })
  const name = executionArn.slice(executionArn.lastIndexOf(':') + 1)
  say(`started ${name}`)
  const row = store.read.get<{ id: number }>('SELECT id FROM execution WHERE machine_name = ? AND name = ?', 'w1', name)
  await closed(row?.id ?? 0, name)
}

function closed(id: number, name: string): Promise<void> {
  return new Promise((resolve) => {
    const leave = engine.watchers.add(id, (news) => {
      if (news === 'closed') end()
    })
    const end = (): void => {
      leave()
      say(`closed ${name}`)
      resolve()
    }
    const status = store.read.get<{ status: number }>('SELECT status FROM execution WHERE id = ?', id)?.status
    if (status !== 0) end()
  })
}

async function finish(): Promise<void> {
  await Promise.all(ends)
  await stopTrail()
  while (await trail.tick());
  await world.close()
  say('finished')
}
