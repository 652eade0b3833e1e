/**
 * W5: one node and two on one PostgreSQL database, with as many workflows at once together: interleaved runs on one server,
 * each on a database of its own, for a time and not for a number, so that no node waits for the other at the end.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { systemClock } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import { localHints, startExecution } from '../src/engine/index.ts'
import { openPostgres } from '../src/store/index.ts'
import type { PostgresServer } from '../test/postgres/server.ts'
import { startBenchServer } from './ground.ts'
import { payload, stepsPerWorkflow, tenSteps } from './workflows.ts'
import { admin, install, median, newFolder, openWorld } from './world.ts'

export type NodesFigures = {
  readonly oneNode: number
  readonly twoNodes: number
  /** Two nodes to one. */
  readonly ratio: number
}

export type NodesSize = { readonly atOnce: number; readonly forMs: number; readonly runs: number }

/** Steps a second. */
export async function measureNodes(size: NodesSize): Promise<NodesFigures> {
  const server = await startBenchServer()
  const [one, two]: [number[], number[]] = [[], []]
  try {
    for (let run = 0; run < size.runs; run++) {
      one.push(await inDatabase(server, `one_${run}`, (place) => runNodes(place, 1, size)))
      two.push(await inDatabase(server, `two_${run}`, (place) => runNodes(place, 2, size)))
    }
  } finally {
    await server.remove()
  }
  const [oneNode, twoNodes] = [median(one), median(two)]
  return { oneNode, twoNodes, ratio: twoNodes / oneNode }
}

type Database = { readonly url: string; readonly folder: string }

/** With the state machine in it, so that the nodes find it, and a folder with the keys of its trail. */
async function inDatabase(
  server: PostgresServer,
  name: string,
  run: (database: Database) => Promise<number>,
): Promise<number> {
  const url = await server.createDatabase(name)
  const folder = newFolder()
  const world = openWorld(folder.path, [tenSteps], place(url, 'installer'))
  await install(world, tenSteps)
  await world.close()
  try {
    return await run({ url, folder: folder.path })
  } finally {
    folder.remove()
  }
}

const place = (url: string, name: string) => ({
  store: openPostgres({ url, clock: systemClock, logger: silentLogger }),
  node: { name, hints: localHints() },
})

async function runNodes({ url, folder }: Database, count: number, { atOnce, forMs }: NodesSize): Promise<number> {
  const nodes = Array.from({ length: count }, (_, i) => {
    const child = fork(
      import.meta.filename,
      ['--node', url, folder, `node-${i}`, String(atOnce / count), String(forMs)],
      {
        stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
      },
    )
    return { child, lines: linesOf(child), ended: once(child, 'exit') }
  })
  for (const { lines } of nodes) await lines.next()
  for (const { child } of nodes) child.stdin?.write('go\n')
  let steps = 0
  for (const { lines } of nodes) steps += stepsIn((await lines.next()).value)
  // Each brings what it has begun to its end, for which it needs the server.
  await Promise.all(nodes.map(({ ended }) => ended))
  return (steps / forMs) * 1000
}

function stepsIn(line: string | undefined): number {
  if (line === undefined) throw new Error('a node has ended before it told what it did')
  return Number(line)
}

const linesOf = (child: ChildProcess): AsyncIterator<string, undefined> => {
  if (child.stdout === null) throw new Error('the node has no output')
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
}

// ---- a node

/** Until the workflows no longer go in step with each other, and what runs often is compiled. */
const warmUpMs = 4000

type NodeWords = Database & { readonly name: string; readonly atOnce: number; readonly forMs: number }

async function beNode({ url, folder, name, atOnce, forMs }: NodeWords): Promise<void> {
  const world = openWorld(folder, [tenSteps], place(url, name))
  await world.engine.recover()
  const arn = `arn:aws:states:us-east-1:123456789012:stateMachine:${tenSteps.name}`
  let done = 0
  let ending = false
  const one = async (): Promise<void> => {
    while (!ending) {
      const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn: arn, input: payload })
      await world.ending(executionArn)
      done++
    }
  }
  const all = Promise.all(Array.from({ length: atOnce }, one))
  await systemPause(warmUpMs)
  console.log('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const before = done
  await systemPause(forMs)
  console.log((done - before) * stepsPerWorkflow)
  ending = true
  await all
  await world.close()
  process.exit(0)
}

const systemPause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const [role, url = '', folder = '', name = '', atOnce = '', forMs = ''] = process.argv.slice(2)
if (role === '--node') await beNode({ url, folder, name, atOnce: Number(atOnce), forMs: Number(forMs) })
