/** An agent in a process of its own that kills itself, as kill -9 does, at the n-th boundary of a change it makes. */
import { randomFillSync } from 'node:crypto'
import { silentLogger } from '../base/index.ts'
import { EdgeClient, type EdgeRoutes, type RoutesInForce } from '../edge/index.ts'
import { realClock } from './agent-world.ts'
import { openHostAgent } from './agent.ts'
import { killScript } from './kill-script.ts'
import type { Files, Processes } from './machine/machine.ts'
import { openMachine } from './machine/open.ts'

const [folder = '', app = '', crashAt = '0', socketPath = ''] = process.argv.slice(2)
let left = Number(crashAt)

function boundary(): void {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL')
}

function changing<T>(change: () => T): T {
  boundary()
  const result = change()
  boundary()
  return result
}

const machine = openMachine(process.platform)
const files: Files = {
  ...machine.files,
  write: (path, text) => changing(() => machine.files.write(path, text)),
  makeFolder: (path) => changing(() => machine.files.makeFolder(path)),
  move: (from, to) => changing(() => machine.files.move(from, to)),
  remove: (path) => changing(() => machine.files.remove(path)),
}
const processes: Processes = {
  ...machine.processes,
  signal: (pid, signal) => changing(() => machine.processes.signal(pid, signal)),
  start: (order, ended) => changing(() => machine.processes.start(order, ended)),
}

/** Dies before a push, and after the edge has it but nobody was told. */
class DyingClient extends EdgeClient {
  override async applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce> {
    boundary()
    const inForce = await super.applyRoutes(routes)
    boundary()
    return inForce
  }
}

const agent = await openHostAgent({
  folder,
  machine: { ...machine, files, processes },
  clock: realClock,
  random: (length) => randomFillSync(new Uint8Array(length)),
  log: silentLogger,
  environment: { PATH: '/usr/bin:/bin', HOME: '/' },
  download: fetch,
  edge: { open: async () => new DyingClient({ socketPath, clock: realClock }) },
})
for (const command of killScript(app)) {
  const outcome = await agent.run(command)
  if (!outcome.ok) throw new Error(outcome.failure.message)
}
await agent.close()
process.stdout.write('survived')
