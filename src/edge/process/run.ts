/** What the processes of an edge do. `app/` starts this with the machine's clock and chance. */
import { join } from 'node:path'
import { edgeError, messageOf } from '../errors.ts'
import { AdminServer } from '../keeper/admin-server.ts'
import { EventLog } from '../keeper/event-log.ts'
import { edgeFolder, type EdgeFolder, makeFolder, readLastGood, readSettings, writeDurably } from '../keeper/folder.ts'
import { Keeper } from '../keeper/keeper.ts'
import { type LoadedListener, loadSettings } from '../keeper/load-settings.ts'
import { ListeningSockets } from '../keeper/sockets.ts'
import type { EdgeMachine } from '../machine.ts'
import { EdgeClient } from '../client.ts'
import { firstDescriptor } from '../worker/protocol.ts'
import { type BoundListener, runWorker } from '../worker/worker-main.ts'
import { type Launcher, parentKeeper, parentWorker, spawnKeeper, spawnWorker } from './links.ts'

export type EdgeProcess = {
  readonly machine: EdgeMachine
  readonly process: NodeJS.Process
  readonly launcher: Launcher
  /** `keeper FOLDER`, `worker FOLDER`. */
  readonly role: readonly string[]
}

/** Resolves when the process does its work; it ends by itself. @throws HoldfastError when it cannot begin */
export async function runEdgeProcess(edge: EdgeProcess): Promise<void> {
  const [role, path, inherited] = edge.role
  if (path === undefined) throw edgeError('edge.failed', 'usage: keeper FOLDER | worker FOLDER')
  const folder = edgeFolder(path)
  if (role === 'worker') return runWorkerProcess(edge, folder)
  return runKeeperProcess(edge, folder, inherited === undefined ? undefined : inheritedIn(inherited))
}

function runWorkerProcess({ machine, process, launcher }: EdgeProcess, folder: EdgeFolder): void {
  // Ctrl-C goes to every process of a terminal; what becomes of the workers is the keeper's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  runWorker({
    machine,
    keeper: parentKeeper(process),
    raiseKeeper: (listeners) =>
      spawnKeeper({ ...launcher, roleArguments: [folder.path, JSON.stringify(listeners)] }, listeners.length),
    exit: (code) => process.exit(code),
  })
}

async function runKeeperProcess(
  { machine, process, launcher }: EdgeProcess,
  folder: EdgeFolder,
  inherited: readonly BoundListener[] | undefined,
): Promise<void> {
  await makeFolder(folder)
  if (inherited === undefined) await refuseSecond(folder, machine)
  const settings = await loadSettings(await readSettings(folder))
  const sockets = socketsFor(settings.listeners, inherited)
  const events = new EventLog(() => machine.clock.now(), machine.clock.now() * 1000)
  const keeper = new Keeper({
    machine,
    pid: process.pid,
    sockets,
    settings,
    routes: await readLastGood(folder, (message) => machine.logger.warn(message, { file: folder.routes })),
    events,
    spawn: (descriptors) => spawnWorker({ ...launcher, roleArguments: [folder.path] }, descriptors),
    store: (routes) => writeDurably(folder.routes, routes),
    readSettings: async () => loadSettings(await readSettings(folder)),
  })
  const exit = (): void => process.exit(0)
  const stop = (): void => void keeper.stop(undefined).finally(exit)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  process.on('SIGHUP', () => void keeper.reload().catch((error: unknown) => sayFailed(machine, error)))
  await keeper.start(inherited === undefined ? undefined : parentWorker(process))
  await new AdminServer({ keeper, events, machine, exit }).listen(
    folder.socket,
    join(folder.path, `admin.${process.pid}`),
  )
  machine.logger.info('the edge serves', { folder: folder.path, ports: sockets.ports })
}

function socketsFor(
  listeners: readonly LoadedListener[],
  inherited: readonly BoundListener[] | undefined,
): ListeningSockets {
  if (inherited === undefined) return ListeningSockets.bind(listeners)
  const sockets = ListeningSockets.inherit(
    inherited.map(({ listener }) => listener),
    inherited.map((_, at) => firstDescriptor + at),
    inherited.map(({ port }) => port),
  )
  // The file may say more or less than the sockets we were left.
  sockets.follow(listeners)
  return sockets
}

/** Two keepers on one folder would answer for each other. */
async function refuseSecond(folder: EdgeFolder, { clock }: EdgeMachine): Promise<void> {
  const other = await new EdgeClient({ socketPath: folder.socket, clock }).status().catch(() => undefined)
  if (other === undefined) return
  throw edgeError('edge.already_running', `An edge runs on ${folder.path} already, as process ${other.keeper.pid}`)
}

function inheritedIn(text: string): readonly BoundListener[] {
  return JSON.parse(text) as readonly BoundListener[] // written by spawnKeeper's caller, a line of this file
}

function sayFailed({ logger }: EdgeMachine, error: unknown): void {
  logger.error('the edge could not reload', { error: messageOf(error) })
}
