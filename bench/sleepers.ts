/**
 * W3: many executions asleep in a Wait, their wakes spread over a while, in a process of its own: memory a sleeper, and how
 * late each woke. The delay of the event loop itself is measured beside it, for nothing in the process can be punctual beyond it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { procedure, startExecution } from '../src/engine/index.ts'
import { measureLimit } from './limit.ts'
import { admin, install, newFolder, openWorld, percentile, type World } from './world.ts'

const sleeper = procedure({
  name: 'sleeper',
  input: z.object({ wakeAt: z.string() }),
  machine: {
    StartAt: 'Sleep',
    States: { Sleep: { Type: 'Wait', TimestampPath: '$.wakeAt', Next: 'Awake' }, Awake: { Type: 'Succeed' } },
  },
  tasks: {},
})

export type SleeperFigures = {
  readonly sleepers: number
  /** Executions started and durable a second, 100 at once. */
  readonly startsPerSecond: number
  readonly limitPerSecond: number
  /** Resident memory of the whole process, Node included, while all of them sleep. */
  readonly rssAsleepMb: number
  /** 64 MB and 0.3 KB a sleeper. */
  readonly allowedMb: number
  readonly lateP50Ms: number
  readonly lateP99Ms: number
  /** Longest delay of the event loop, p99, in the same time. */
  readonly loopDelayP99Ms: number
  readonly woken: number
}

type ChildFigures = Omit<SleeperFigures, 'limitPerSecond'>

/** Runs the workload in a fresh process and waits for its figures. */
export async function measureSleepers(sleepers: number, spreadMs: number): Promise<SleeperFigures> {
  const limitPerSecond = await measureLimit(100, sleepers)
  // A first process only fills the cache of compiled code, as any earlier start of Holdfast has.
  await once(startProcess('--load'), 'exit')
  const child = startProcess('--child', String(sleepers), String(spreadMs))
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve({ ...asFigures(figures), limitPerSecond }))
    child.once('exit', (code) => reject(new Error(`the process of the sleepers ended with ${code} and no figures`)))
  })
}

/** As `bin/holdfast` starts its own: compiled code is cached, so the type stripper is not loaded, and glibc keeps two arenas. */
function startProcess(...words: readonly string[]): ChildProcess {
  const compiled = join(tmpdir(), 'holdfast-bench-compile-cache')
  return fork(import.meta.filename, words, {
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** Sent by `main` below. */
const asFigures = (message: unknown): ChildFigures => message as ChildFigures

/** V8 gives back the pages it has pooled eight idle seconds after a collection, seen from 9 to 15 s. */
const settleMs = 16_000

async function main(sleepers: number, spreadMs: number): Promise<void> {
  const folder = newFolder()
  const world = openWorld(folder.path, [sleeper])
  const arn = await install(world, sleeper)
  await startAll(world, arn, warmUp, () => Date.now() - 1)
  // All of them must be asleep, and the process at rest, before the first wakes; 0.25 ms a start is slower than any machine seen.
  const firstWake = Date.now() + sleepers * 0.25 + settleMs + 1000
  const started = performance.now()
  await startAll(world, arn, sleepers, (i) => Math.round(firstWake + (i / sleepers) * spreadMs))
  const startsPerSecond = (sleepers / (performance.now() - started)) * 1000
  // What starting left behind is garbage; what remains is what sleeping costs.
  while (Date.now() < firstWake - 3500) {
    globalThis.gc?.()
    await delay(3000)
  }
  const rss = process.memoryUsage().rss
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  await allAwake(world)
  loop.disable()
  const late = lateness(world)
  const figures: ChildFigures = {
    sleepers,
    startsPerSecond,
    rssAsleepMb: rss / 2 ** 20,
    allowedMb: 64 + (sleepers * 300) / 2 ** 20,
    lateP50Ms: percentile(late, 0.5),
    lateP99Ms: percentile(late, 0.99),
    // The monitor counts its own millisecond of rest as delay.
    loopDelayP99Ms: Math.max(0, loop.percentile(99) / 1e6 - 1),
    woken: late.length,
  }
  await world.close()
  folder.remove()
  process.send?.(figures, () => process.disconnect?.())
}

const warmUp = 100

async function startAll(world: World, arn: string, count: number, wakeAt: (i: number) => number): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const input = JSON.stringify({ wakeAt: new Date(wakeAt(i)).toISOString() })
      await startExecution(world.engine, admin, { stateMachineArn: arn, input })
    }
  }
  await Promise.all(Array.from({ length: 100 }, one))
}

async function allAwake(world: World): Promise<void> {
  for (;;) {
    const row = world.store.read.get<{ open: number }>('SELECT count(*) AS open FROM execution WHERE status = 0')
    if (row?.open === 0) return
    await delay(200)
  }
}

/** Milliseconds between the time each asked for and the time it ended. */
function lateness(world: World): readonly number[] {
  const rows = world.store.read.all<{ input: string; stoppedAt: number }>(
    'SELECT input, stopped_at AS stoppedAt FROM execution WHERE id > 100 AND status = 1',
  )
  return rows.map(({ input, stoppedAt }) => stoppedAt - Date.parse((JSON.parse(input) as { wakeAt: string }).wakeAt))
}

const [flag, sleepers, spreadMs] = process.argv.slice(2)
if (flag === '--child') await main(Number(sleepers), Number(spreadMs))
if (flag === '--load') process.disconnect?.()
