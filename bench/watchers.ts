/**
 * Who watches: W1 at 100 in this process, with nobody and with 50 readers in turn, who are in a process of their own and follow, over
 * HTTP as the console does, a deployment that bakes and an execution that goes on. What they cost is what a step costs more.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock, systemRandom } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import {
  addKey,
  deployProcedures,
  deployRelease,
  type Deploys,
  describeDeployment,
  openDeploys,
  signRelease,
  watchDeployment,
} from '../src/deploy/index.ts'
import { FakeTarget, fakeDeployer } from '../src/deploy/fake-target.fake.ts'
import { describeExecution, procedure, startExecution, watchExecution } from '../src/engine/index.ts'
import { openWorld as openServer, token } from '../src/server/fake-world.ts'
import { admin, install, median, newFolder, openFile, openWorld, type World } from './world.ts'
import { payload, stepsPerWorkflow, tenSteps } from './workflows.ts'

export type WatchersOptions = {
  readonly watchers: number
  /** Least length of one round, and how many there are with watchers; as many are without. */
  readonly roundMs: number
  readonly rounds: number
}

export type WatchersFigures = {
  readonly watched: string
  readonly watchers: number
  readonly eventsPerSecond: number
  readonly kilobytesPerSecond: number
  /** Microseconds of the process's CPU for each step of W1. */
  readonly microsAlone: number
  readonly microsWatched: number
  /** Processors in use. */
  readonly cpuAlone: number
  readonly cpuWatched: number
  readonly stepsAlone: number
  readonly stepsWatched: number
  /** CPU of the process that goes to the watchers, as a part of all of it. */
  readonly share: number
}

/** Ten rounds a second, each with a wait: something to look at all the time. */
const ticking = procedure({
  name: 'ticking',
  input: z.object({}),
  machine: {
    StartAt: 'Work',
    States: {
      Work: { Type: 'Task', Resource: 'task:pause', Next: 'Again?' },
      'Again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.enough', IsPresent: true, Next: 'Enough' }],
        Default: 'Work',
      },
      Enough: { Type: 'Succeed' },
    },
  },
  tasks: { pause: (input) => new Promise((resolve) => setTimeout(() => resolve(input), 100)) },
})

export async function measureWatchers(options: WatchersOptions): Promise<readonly WatchersFigures[]> {
  const folder = newFolder()
  const store = openFile(folder.path)
  const deploys = openDeploys({
    ...{ store, clock: systemClock, logger: silentLogger, randomBytes: systemRandom },
    deployers: { fake: fakeDeployer(new FakeTarget(systemClock), systemClock) },
    engine: () => world.engine,
  })
  const machines = deployProcedures(deploys)
  const world: World = openWorld(folder.path, [...machines, tenSteps, ticking], { store })
  await world.engine.recover()
  for (const machine of machines) await install(world, machine)
  const load = await install(world, tenSteps)
  const server = await openServer({
    describeDeployment: (id: string) => describeDeployment(deploys, admin, id),
    watchDeployment: (id: string, signal: AbortSignal) => watchDeployment(deploys, admin, id, signal),
    describeExecution: (arn: string) => describeExecution(world.engine, admin, arn),
    watchExecution: (request: { readonly executionArn: string }, signal: AbortSignal) =>
      watchExecution(world.engine, admin, request, signal),
  })
  try {
    const measured = { world, load, port: server.port, options }
    return [
      await measure(measured, 'a deployment that bakes', `/v1/deployments/${await baking(deploys)}/events`),
      await measure(measured, 'an execution that goes on', `/v1/executions/${await running(world)}/events`),
    ]
  } finally {
    await server.server.close()
    await world.close()
    folder.remove()
  }
}

/** Three instances in front of traffic that is counted: it is seen anew each second, which is as often as it is told. */
async function baking(deploys: Deploys): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  await addKey(deploys, admin, {
    name: 'bench',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  })
  const release = {
    ...{ project: 'bench/web', config: 'production', target: 'fake' },
    services: { web: { instances: 3 }, worker: { instances: 3 } },
    artifact: { sha256: 'a'.repeat(64) },
    strategy: { kind: 'all-at-once', bake: { for: '2h' } },
    createdAt: new Date().toISOString(),
  }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { id } = await deployRelease(deploys, admin, signRelease(pem, release))
  while (describeDeployment(deploys, admin, id).seenAt === null) await pause(100)
  return id
}

async function running(world: World): Promise<string> {
  const stateMachineArn = await install(world, ticking)
  const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn, input: '{}' })
  return encodeURIComponent(executionArn)
}

type Measured = {
  readonly world: World
  readonly load: string
  readonly port: number
  readonly options: WatchersOptions
}

type Round = Count & { readonly steps: number; readonly micros: number; readonly seconds: number }

async function measure(measured: Measured, watched: string, path: string): Promise<WatchersFigures> {
  const { watchers, rounds } = measured.options
  const [alone, seen]: [Round[], Round[]] = [[], []]
  await round(measured, undefined)
  for (let n = 0; n < rounds; n++) {
    alone.push(await round(measured, undefined))
    seen.push(await round(measured, await Readers.open(measured.port, path, watchers)))
  }
  const costOf = (all: readonly Round[]): number => median(all.map(({ micros, steps }) => micros / steps))
  const rateOf = (all: readonly Round[], of: (one: Round) => number): number =>
    median(all.map((one) => of(one) / one.seconds))
  const [costAlone, costSeen] = [costOf(alone), costOf(seen)]
  return {
    ...{ watched, watchers, microsAlone: costAlone, microsWatched: costSeen, share: 1 - costAlone / costSeen },
    cpuAlone: rateOf(alone, ({ micros }) => micros / 1e6),
    cpuWatched: rateOf(seen, ({ micros }) => micros / 1e6),
    eventsPerSecond: rateOf(seen, ({ events }) => events),
    kilobytesPerSecond: rateOf(seen, ({ bytes }) => bytes / 1024),
    stepsAlone: rateOf(alone, ({ steps }) => steps),
    stepsWatched: rateOf(seen, ({ steps }) => steps),
  }
}

/** With readers it lasts until they were sent something in it, however slow the machine is. */
async function round({ world, load, options: { roundMs } }: Measured, readers: Readers | undefined): Promise<Round> {
  const before = await readers?.read()
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  let isHeard = readers === undefined
  const heard = readers?.more().finally(() => (isHeard = true))
  const isOver = (): boolean => isHeard && performance.now() >= began + roundMs
  const [steps] = await Promise.all([workUntil(world, load, isOver), heard])
  const [{ user, system }, seconds] = [process.cpuUsage(cpu), (performance.now() - began) / 1000]
  const after = await readers?.read()
  await readers?.close()
  const [events, bytes] = [(after?.events ?? 0) - (before?.events ?? 0), (after?.bytes ?? 0) - (before?.bytes ?? 0)]
  return { steps, micros: user + system, seconds, events, bytes }
}

const atOnce = 100

/** Keeps so many workflows going, and says how many steps were made. */
async function workUntil(world: World, stateMachineArn: string, isOver: () => boolean): Promise<number> {
  let workflows = 0
  const one = async (): Promise<void> => {
    while (!isOver()) {
      const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn, input: payload })
      await world.ending(executionArn)
      workflows++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return workflows * stepsPerWorkflow
}

type Count = { readonly events: number; readonly bytes: number }
type Question = 'count' | 'more'

/** The process of those who read. */
class Readers {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves when every one of them has been sent something. */
  static async open(port: number, path: string, count: number): Promise<Readers> {
    const child = fork(join(import.meta.dirname, 'watchers-reader.ts'), [String(port), path, String(count), token])
    const readers = new Readers(child)
    await readers.#heard()
    return readers
  }

  /** Rejects when the process ends instead. */
  #heard(): Promise<Count> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the process of the watchers ended by itself'))
      this.#child.once('exit', ended)
      this.#child.once('message', (count: Count) => {
        this.#child.off('exit', ended)
        resolve(count)
      })
    })
  }

  /** What they were sent so far, all together. */
  async read(): Promise<Count> {
    return this.#ask('count')
  }

  /** Resolves when one of them has been sent more than at the time of the call. */
  async more(): Promise<void> {
    await this.#ask('more')
  }

  #ask(what: Question): Promise<Count> {
    const heard = this.#heard()
    this.#child.send(what)
    return heard
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await gone
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
