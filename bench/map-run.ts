/**
 * W6: one distributed Map, each item a child execution with one Task that does nothing. How many items a second, what memory it
 * takes, and, killed in the middle and started again, whether each item is recorded once, no item runs again whose result was
 * recorded, and the outputs stand in the order of the items.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import { procedure, startExecution } from '../src/engine/index.ts'
import { openStore } from '../src/store/index.ts'
import { admin, ended, install, newFolder, openWorld, type World } from './world.ts'

export type ChildType = 'STANDARD' | 'EXPRESS'

export type MapRunFigures = {
  readonly itemsPerSecond: number
  /** Of a process that has done nothing yet. */
  readonly rssBareMb: number
  /** Before the run, after another one of 5,000 items: compiled, and its heap as large as such work makes it. */
  readonly rssBeforeMb: number
  /** As the system counts it, over the whole life of the process. */
  readonly rssPeakMb: number
  readonly rssAfterMb: number
}

type Memory = Omit<MapRunFigures, 'itemsPerSecond'>

export type KilledFigures = {
  /** Items whose end was recorded when the process was killed. */
  readonly doneAtKill: number
  readonly items: number
  /** Recorded before the kill, and not there or written again after the restart. */
  readonly changed: number
  /** Calls of items in the second process whose result had been recorded before the kill. */
  readonly repeated: number
  /** Calls that the kill had cut off, made again: allowed. */
  readonly madeAgain: number
  /** Children of one item, beyond the first. */
  readonly doubled: number
  readonly missing: number
  readonly inOrder: boolean
  /** From the start of the second process to the end of the execution. */
  readonly resumedMs: number
}

type Message =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly ms: number; readonly memory: Memory }

/** Both sides of the pipe are this file. */
const asMessage = (message: unknown): Message => message as Message

export async function measureMapRun(items: number, type: ChildType): Promise<MapRunFigures> {
  const folder = newFolder()
  const { ms, memory } = await untilDone(child('first', folder.path, String(items), type))
  const found = inspect(folder.path)
  folder.remove()
  if (found.children.length !== items || !found.inOrder) throw new Error('the map run is not what was asked for')
  return { itemsPerSecond: (items / ms) * 1000, ...memory }
}

export async function measureKilledMapRun(items: number, type: ChildType): Promise<KilledFigures> {
  const folder = newFolder()
  await killHalfway(child('watched', folder.path, String(items), type), items / 2)
  const before = inspect(folder.path).children.filter(({ status }) => status === 1)
  const doneAtKill = before.length
  if (doneAtKill === 0 || doneAtKill >= items) throw new Error(`killed too late or too early: ${doneAtKill} were done`)
  const { ms: resumedMs } = await untilDone(child('second', folder.path, String(items), type))
  const { children, inOrder } = inspect(folder.path)
  const [calls, again] = [readCalls(folder.path, 'first'), readCalls(folder.path, 'second')]
  folder.remove()
  const recorded = new Set(before.map(({ mapIndex }) => mapIndex))
  const repeated = again.filter((item) => recorded.has(item)).length
  const called = new Set(calls)
  const madeAgain = again.filter((item) => called.has(item)).length - repeated
  const after = new Map(children.map((each) => [each.mapIndex, each]))
  const changed = before.filter((old) => JSON.stringify(after.get(old.mapIndex)) !== JSON.stringify(old)).length
  const doubled = children.length - after.size
  const missing = items - children.filter(({ status }) => status === 1).length
  return { doneAtKill, items, changed, repeated, madeAgain, doubled, missing, inOrder, resumedMs }
}

const child = (...args: readonly string[]): ChildProcess =>
  fork(import.meta.filename, ['--child', ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

function untilDone(process: ChildProcess): Promise<Extract<Message, { kind: 'done' }>> {
  return new Promise((resolve, reject) => {
    process.on('message', (raw) => {
      const message = asMessage(raw)
      if (message.kind === 'done') resolve(message)
    })
    process.once('exit', (code) => reject(new Error(`the process ended with ${code} and no figures`)))
  })
}

function killHalfway(victim: ChildProcess, half: number): Promise<void> {
  return new Promise((resolve) => {
    victim.on('message', (raw) => {
      const message = asMessage(raw)
      if (message.kind === 'progress' && message.done >= half) victim.kill('SIGKILL')
    })
    victim.once('exit', () => resolve())
  })
}

type ChildRow = {
  readonly id: number
  readonly mapIndex: number
  readonly name: string
  readonly status: number
  readonly stoppedAt: number | null
  readonly output: string | null
}

/** What is in the store, while no process has it. */
function inspect(folder: string): { readonly children: readonly ChildRow[]; readonly inOrder: boolean } {
  const store = openStore({ path: join(folder, 'holdfast.db'), clock: systemClock, logger: silentLogger })
  const children = store.read.all<ChildRow>(
    `SELECT id, map_index AS mapIndex, name, status, stopped_at AS stoppedAt, output FROM execution
     WHERE map_run_id IS NOT NULL ORDER BY id`,
  )
  const parent = store.read.get<{ output: string | null }>('SELECT output FROM execution WHERE map_run_id IS NULL')
  void store.close()
  const numbers = JSON.parse(parent?.output ?? '[]') as readonly number[]
  return { children, inOrder: numbers.length === children.length && numbers.every((value, i) => value === i) }
}

// ---- in the process that is measured

/** `onCall`: before it answers. */
const manyOf = (ExecutionType: ChildType, onCall: (item: number) => void) =>
  procedure({
    name: 'many',
    input: z.array(z.number()),
    machine: {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          Label: 'each',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
            StartAt: 'Work',
            States: { Work: { Type: 'Task', Resource: 'task:nothing', End: true } },
          },
          End: true,
        },
      },
    },
    tasks: {
      nothing: (item: unknown) => {
        onCall(Number(item))
        return item
      },
    },
  })

const callsFile = (folder: string, run: string): string => join(folder, `calls-${run}.log`)
const readCalls = (folder: string, run: string): readonly number[] =>
  readFileSync(callsFile(folder, run), 'utf8').split('\n').filter(Boolean).map(Number)

/** What is written of the calls by whoever answers them; only where the figures are not those of speed. */
const noting = (folder: string, run: string) => (item: number) => appendFileSync(callsFile(folder, run), `${item}\n`)

const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20
const rssBareMb = rssMb()

/** In a folder of its own: of the run that is measured nothing is there before. */
async function warmUp(many: ReturnType<typeof manyOf>): Promise<void> {
  const folder = newFolder()
  const world = openWorld(folder.path, [many])
  await ended(world, await startMany(world, many, 5000))
  await world.close()
  folder.remove()
}

async function startMany(world: World, many: ReturnType<typeof manyOf>, items: number): Promise<string> {
  await world.engine.recover()
  const stateMachineArn = await install(world, many)
  const input = JSON.stringify(Array.from({ length: items }, (_, i) => i))
  return (await startExecution(world.engine, admin, { stateMachineArn, input })).executionArn
}

async function first(folder: string, items: number, many: ReturnType<typeof manyOf>): Promise<void> {
  const world = openWorld(folder, [many])
  await report(world, () => startMany(world, many, items))
}

async function second(folder: string, many: ReturnType<typeof manyOf>): Promise<void> {
  const world = openWorld(folder, [many])
  await report(world, async () => {
    await world.engine.recover()
    const [parent] = world.store.read.all<{ name: string }>('SELECT name FROM execution WHERE map_run_id IS NULL')
    return `arn:aws:states:us-east-1:123456789012:execution:many:${parent?.name}`
  })
}

async function report(world: World, begin: () => Promise<string>): Promise<void> {
  const rssBeforeMb = rssMb()
  let last = 0
  const stop = world.store.onCommit(() => {
    const now = performance.now()
    if (now - last < 50) return
    last = now
    const row = world.store.read.get<{ done: number }>('SELECT succeeded_items AS done FROM map_run')
    process.send?.({ kind: 'progress', done: row?.done ?? 0 } satisfies Message)
  })
  const began = performance.now()
  await ended(world, await begin())
  const ms = performance.now() - began
  stop()
  const rssPeakMb = process.resourceUsage().maxRSS / 2 ** 10
  const memory = { rssBareMb, rssBeforeMb, rssPeakMb, rssAfterMb: rssMb() }
  await world.close()
  process.send?.({ kind: 'done', ms, memory } satisfies Message, () => process.disconnect?.())
}

const [flag, run, folder, items, type] = process.argv.slice(2)
if (flag === '--child' && folder !== undefined) {
  const ExecutionType = type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD'
  if (run === 'first') {
    const many = manyOf(ExecutionType, () => undefined)
    await warmUp(many)
    await first(folder, Number(items), many)
  }
  if (run === 'watched') await first(folder, Number(items), manyOf(ExecutionType, noting(folder, 'first')))
  if (run === 'second') await second(folder, manyOf(ExecutionType, noting(folder, 'second')))
}
