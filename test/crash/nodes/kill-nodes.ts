/** Two nodes on one PostgreSQL database under W1, and random kill -9 of either, and of the server; then everything is checked. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock, systemRandom } from '../../../src/app/system-clock.ts'
import { silentLogger } from '../../../src/base/index.ts'
import { localHints } from '../../../src/engine/index.ts'
import { createExpressions } from '../../../src/jsonata/index.ts'
import { PostgresServer } from '../../postgres/server.ts'
import { Ledger, type Totals } from '../ledger.ts'
import { tenTasks } from '../machines.ts'
import { installMachine, openWorld, type World } from '../world.ts'
import { NodeProcess } from './node-process.ts'
import { repeatedCalls } from './repeated-calls.ts'

export type NodesOptions = {
  readonly folder: string
  readonly inFlight: number
  readonly nodeKills: number
  readonly serverKills: number
  readonly random: () => number
  readonly say: (line: string) => void
}

export type NodesReport = {
  readonly nodeKills: number
  readonly serverKills: number
  readonly totals: Totals
  /** Calls made again because a death came before their outcome was stored: allowed. */
  readonly madeAgain: number
  /** Executions that a node found when it began, its own or another's. */
  readonly takenAtStart: number
  readonly openAtTheEnd: number
  readonly trailRecords: number
  readonly problems: readonly string[]
}

/** Short, so that a node which stays dead for a while is succeeded by the other. */
const leaseMs = 3000

export async function killNodes(options: NodesOptions): Promise<NodesReport> {
  const server = await PostgresServer.start({ fsync: true })
  try {
    return await new Soak(options, server).run()
  } finally {
    await server.remove()
  }
}

class Soak {
  readonly #options: NodesOptions
  readonly #server: PostgresServer
  #url = ''
  readonly #nodes: NodeProcess[] = []

  constructor(options: NodesOptions, server: PostgresServer) {
    this.#options = options
    this.#server = server
  }

  async run(): Promise<NodesReport> {
    const { folder, inFlight, nodeKills, serverKills, random, say } = this.#options
    this.#url = await this.#server.createDatabase('soak')
    await this.#install()
    for (const name of ['ada', 'bob']) {
      const callsFile = join(folder, `${name}.calls`)
      this.#nodes.push(new NodeProcess({ name, url: this.#url, folder: this.#keys, callsFile, inFlight, leaseMs }))
    }
    for (const node of this.#nodes) node.start()
    for (const [i, what] of shuffled(nodeKills, serverKills, random).entries()) {
      await pause(300 + random() * 1200)
      await (what === 'server' ? this.#killServer() : this.#killNode())
      if (i % 10 === 9) say(`  ${i + 1} kills, ${this.#started().length} starts acknowledged`)
    }
    await pause(1000)
    for (const node of this.#nodes) await node.finish()
    return this.#judge()
  }

  get #keys(): string {
    return join(this.#options.folder, 'keys')
  }

  #started(): readonly string[] {
    return this.#nodes.flatMap(({ started }) => started)
  }

  async #killServer(): Promise<void> {
    await this.#server.kill()
    await pause(this.#options.random() * 2000)
    await this.#server.start()
  }

  /** One in three stays dead until the other has taken over what it had. */
  async #killNode(): Promise<void> {
    const { random } = this.#options
    const node = this.#nodes[random() < 0.5 ? 0 : 1]
    await node?.kill()
    if (random() < 0.33) await pause(leaseMs * 1.5)
    node?.start()
  }

  async #install(): Promise<void> {
    mkdirSync(this.#keys, { recursive: true })
    await this.#inWorld(async ({ engine, trail }) => {
      await installMachine(engine, 'w1', tenTasks)
      // The keys are there before two processes would each make their own.
      await trail.tick()
    })
  }

  async #inWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
    const expressions = createExpressions()
    const [clock, randomBytes, logger] = [systemClock, systemRandom, silentLogger]
    const shared = { url: this.#url, node: { name: 'judge', hints: localHints() } }
    const world = openWorld({ folder: this.#keys, clock, logger, randomBytes, expressions, handlers: [], shared })
    try {
      return await work(world)
    } finally {
      await world.store.close()
      await expressions.close()
    }
  }

  /** With nobody there any more: every promise, every execution replayed, the whole trail. */
  #judge(): Promise<NodesReport> {
    return this.#inWorld(async ({ store, trail }) => {
      const ledger = new Ledger()
      const closed = this.#nodes.flatMap((node) => node.closed)
      ledger.compare(store.read, { started: this.#started(), closed, acknowledged: [], calls: [] })
      const made = this.#nodes.flatMap(({ name }) => linesOf(join(this.#options.folder, `${name}.calls`)))
      const calls = repeatedCalls(store.read, made)
      while (await trail.tick());
      const verification = await trail.verify()
      const problems = [...ledger.problems, ...calls.problems, ...this.#nodes.flatMap(({ failures }) => failures)]
      if (!verification.ok) problems.push(`the trail does not hold: ${JSON.stringify(verification.broken)}`)
      for (const table of ['timer', 'inbox', 'activity_task', 'snapshot', 'letter']) {
        const { rows } = store.read.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`) ?? { rows: -1 }
        if (rows !== 0) problems.push(`${rows} rows are left in the table ${table}`)
      }
      return {
        nodeKills: this.#nodes.reduce((sum, { kills }) => sum + kills, 0),
        serverKills: this.#options.serverKills,
        totals: { ...ledger.totals, calls: made.length },
        madeAgain: calls.madeAgain,
        takenAtStart: this.#nodes.reduce((sum, { resumed }) => sum + resumed, 0),
        openAtTheEnd: ledger.open,
        trailRecords: verification.checkedRecords,
        problems,
      }
    })
  }
}

const linesOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

function shuffled(nodes: number, servers: number, random: () => number): readonly ('node' | 'server')[] {
  return [...Array<'node'>(nodes).fill('node'), ...Array<'server'>(servers).fill('server')]
    .map((what) => ({ what, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ what }) => what)
}
