/**
 * One node of several, to be killed: an engine on a PostgreSQL database, under W1 with so many executions at once. It appends
 * each call with its time to a file before answering it, and tells on its output what it acknowledges, after its commit.
 */
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { setImmediate as immediately, setTimeout as soon } from 'node:timers/promises'
import { startTrail } from '../../../src/audit/index.ts'
import { systemClock, systemRandom } from '../../../src/app/system-clock.ts'
import { HoldfastError, type Logger } from '../../../src/base/index.ts'
import { localHints, type ResourceHandler, startExecution, type TaskCall } from '../../../src/engine/index.ts'
import { createExpressions } from '../../../src/jsonata/index.ts'
import { machineArn, tenTasksInput } from '../machines.ts'
import { admin, openWorld } from '../world.ts'

/** The whole command line of a node. */
export type NodeOrder = {
  readonly name: string
  readonly url: string
  /** Has the keys. */
  readonly folder: string
  /** Gets a line `execution/visit/attempt milliseconds` for each call. */
  readonly callsFile: string
  readonly inFlight: number
  readonly leaseMs: number
}

/** Safe: `NodeProcess` wrote it. */
const order = JSON.parse(process.argv[2] ?? '{}') as NodeOrder
const calls = openSync(order.callsFile, 'a')
// Ends a line that a kill has cut off.
writeSync(calls, '\n')
const say = (line: string): void => void writeSync(1, `${line}\n`)

const complain = (message: string, fields?: unknown): void =>
  void writeSync(2, `${message} ${fields instanceof Object ? JSON.stringify(fields, plainErrors) : ''}\n`)
const plainErrors = (_: string, value: unknown): unknown => (value instanceof Error ? value.stack : value)
const silent = (): void => {}
const logger: Logger = { debug: silent, info: silent, warn: complain, error: complain }

let ending = false
process.on('SIGTERM', () => (ending = true))

function answer(call: TaskCall): ReturnType<ResourceHandler['call']> {
  writeSync(calls, `${call.idempotencyKey}/${call.attempt} ${Date.now()}\n`)
  const done = { kind: 'succeeded', output: call.input } as const
  // Most answer at once; some take a turn of the loop or a moment, so that a kill finds the executions everywhere.
  const chance = createHash('sha256').update(call.idempotencyKey).digest().readUInt8()
  if (chance < 200) return done
  return chance < 240 ? immediately(done) : soon(chance - 239, done)
}

/** The server may be away when it begins. */
async function open(): Promise<ReturnType<typeof openWorld>> {
  for (;;) {
    try {
      return openWorld({
        folder: order.folder,
        clock: systemClock,
        logger,
        randomBytes: systemRandom,
        expressions: createExpressions(),
        handlers: [{ handles: ({ kind }) => kind === 'lambda', call: answer }],
        shared: { url: order.url, node: { name: order.name, hints: localHints(), leaseMs: order.leaseMs } },
      })
    } catch (error) {
      if (!mayPass(error)) throw error
      await soon(100)
    }
  }
}

const mayPass = (error: unknown): boolean => error instanceof HoldfastError && error.retryable

const world = await open()
const { store, engine, trail } = world
for (;;) {
  try {
    const { executions } = await engine.recover()
    say(`resumed ${executions}`)
    break
  } catch (error) {
    if (!mayPass(error)) throw error
    await soon(100)
  }
}
const stopTrail = startTrail({ trail, store, clock: systemClock, logger })

async function untilTheEnd(): Promise<void> {
  while (!ending) {
    try {
      await one()
    } catch (error) {
      if (!mayPass(error)) throw error
      await soon(50)
    }
  }
}

async function one(): Promise<void> {
  const { executionArn } = await startExecution(engine, admin, {
    stateMachineArn: machineArn('w1'),
    input: tenTasksInput,
  })
  const name = executionArn.slice(executionArn.lastIndexOf(':') + 1)
  say(`started ${name}`)
  await closed(name)
  say(`closed ${name}`)
}

/** Wherever it ends: another node may have taken it over. */
async function closed(name: string): Promise<void> {
  const select = 'SELECT id, status FROM execution WHERE machine_name = ? AND name = ?'
  for (;;) {
    const row = store.read.get<{ id: number; status: number }>(select, 'w1', name)
    if (row?.status !== 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const leave = engine.watchers.add(row.id, (news) => news === 'closed' && resolve())
    // A look between the two commits of another node; and the end that came before this listened.
    await Promise.race([promise, soon(1000)])
    leave()
  }
}

await Promise.all(Array.from({ length: order.inFlight }, untilTheEnd))
await stopTrail()
await world.close()
say('finished')
process.exit(0)
