/**
 * `npm run quickstart`: starts Holdfast on a data folder of its own, runs the order example with live progress and says what
 * to try next. On a terminal the server goes on until Ctrl-C; elsewhere it ends with the script.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
const holdfast = join(root, 'bin/holdfast.js')
const exampleFolder = join(root, 'examples/order')
const dataFolder = process.env['HOLDFAST_DATA'] ?? join(root, '.holdfast/quickstart')
const usualPort = 7400
const isTerminal = process.stdout.isTTY

// What is printed can be copied, here and by the commands that are started.
const environment = {
  MALLOC_ARENA_MAX: '2',
  ...process.env,
  HOLDFAST_PROGRAM: 'bin/holdfast',
  HOLDFAST_DATA: dataFolder,
}

let over = false
const children = new Set<ChildProcess>()
// Before the first child starts, or a signal could leave it alone in the world.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    over = true
    // A terminal sends Ctrl-C to the children as well: they stop by themselves.
    if (signal === 'SIGTERM') for (const child of children) child.kill(signal)
  })
}
const server = await startServer()
const failures = (await runExample('order.json')) + (await runExample('refused.json'))
if (!over) sayWhatIsNext()
if (!isTerminal || failures > 0) server.kill('SIGTERM')
const [code] = server.exitCode === null ? await once(server, 'exit') : [server.exitCode]
if (isTerminal) console.log(`\nStopped. What was running goes on at the next npm run quickstart.`)
process.exitCode = failures === 0 || over ? (code ?? 0) : 1

async function startServer(): Promise<ChildProcess> {
  const port = (await isFree(usualPort)) ? usualPort : 0
  const where = ['--port', String(port), '--config', join(exampleFolder, 'holdfast.config.ts')]
  const child = spawn(process.execPath, [holdfast, 'up', '--json', ...where], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: environment,
  })
  children.add(child)
  const giveUp = (status: number | null): void => process.exit(status ?? 1)
  child.once('exit', giveUp)
  const [line] = await once(createInterface(child.stdout), 'line')
  child.off('exit', giveUp)
  const { url } = JSON.parse(String(line))
  console.log(`Holdfast is up at ${url}\n`)
  return child
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

async function runExample(input: string): Promise<number> {
  if (over) return 0
  console.log(`$ bin/holdfast asl run examples/order/order.ts \\\n    --input @examples/order/${input}`)
  const args = ['asl', 'run', join(exampleFolder, 'order.ts'), '--input', `@${join(exampleFolder, input)}`]
  const example = spawn(process.execPath, [holdfast, ...args], { stdio: 'inherit', env: environment })
  children.add(example)
  const [status] = await once(example, 'exit')
  console.log()
  // Ctrl-C reached the command, perhaps before it reached us.
  over ||= status === 130
  return status ?? 1
}

function sayWhatIsNext(): void {
  const folder = relative(process.cwd(), dataFolder) || dataFolder
  const lines = [
    ['bin/holdfast show', 'the last order'],
    ['bin/holdfast executions', 'what ran'],
    ['bin/holdfast audit verify', 'the trail, proven'],
    ['bin/holdfast asl graph examples/order/order.ts', 'the machine, drawn'],
    ['bin/holdfast asl test examples/order/order.test.yaml', 'its tests, no waiting'],
  ]
  const width = Math.max(...lines.map(([command = '']) => command.length))
  console.log(`Try next, ${isTerminal ? 'in another terminal' : 'while a server runs'}, in this folder:\n`)
  console.log(`  export HOLDFAST_DATA=${folder}`)
  for (const [command = '', says] of lines) console.log(`  ${command.padEnd(width)}  # ${says}`)
  if (!isTerminal) return
  console.log('\nOr end the server with kill -9 amid an order, and start it again: the order goes')
  console.log('on, and no card is charged twice. Ctrl-C stops the server.')
}
