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
const example = join(root, 'examples/order')
const dataFolder = process.env['HOLDFAST_DATA'] ?? join(root, '.holdfast/quickstart')
const usualPort = 7400

const server = await startServer()
const exitCode = (await runExample('order.json')) + (await runExample('refused.json'))
sayWhatIsNext()
if (!process.stdout.isTTY || exitCode !== 0) server.kill('SIGTERM')
const [code] = await once(server, 'exit')
process.exitCode = exitCode === 0 ? (code ?? 0) : 1

async function startServer(): Promise<ChildProcess> {
  const port = (await isFree(usualPort)) ? usualPort : 0
  const where = ['--data', dataFolder, '--port', String(port), '--config', join(example, 'holdfast.config.ts')]
  const child = spawn(process.execPath, [holdfast, 'up', '--json', ...where], { stdio: ['inherit', 'pipe', 'inherit'] })
  const giveUp = (code: number | null): void => process.exit(code ?? 1)
  child.once('exit', giveUp)
  const [line] = await once(createInterface(child.stdout), 'line')
  child.off('exit', giveUp)
  const { url } = JSON.parse(String(line))
  console.log(`Holdfast is up at ${url}\n`)
  return child
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  const free = await Promise.race([once(probe, 'listening').then(() => true), once(probe, 'error').then(() => false)])
  probe.close()
  return free
}

async function runExample(input: string): Promise<number> {
  const args = ['asl', 'run', join(example, 'order.ts'), '--data', dataFolder, '--input', `@${join(example, input)}`]
  console.log(`$ bin/holdfast asl run examples/order/order.ts --input @examples/order/${input}`)
  const [code] = await once(spawn(process.execPath, [holdfast, ...args], { stdio: 'inherit' }), 'exit')
  console.log()
  return code ?? 1
}

function sayWhatIsNext(): void {
  const data = `--data ${relative(process.cwd(), dataFolder) || dataFolder}`
  const lines = [
    [`bin/holdfast executions ${data}`, 'what ran'],
    [`bin/holdfast show MACHINE:NAME ${data}`, 'one of them, state by state'],
    [`bin/holdfast audit verify ${data}`, 'the trail of who did what, proven'],
    ['bin/holdfast asl graph examples/order/order.ts', 'the state machine, drawn'],
    ['bin/holdfast asl test examples/order/order.test.yaml', 'its tests, waits skipped'],
  ]
  const width = Math.max(...lines.map(([command = '']) => command.length))
  console.log('Try next:')
  for (const [command = '', says] of lines) console.log(`  ${command.padEnd(width)}  ${says}`)
  if (process.stdout.isTTY)
    console.log('\nKill the server with kill -9 amid a run and start it again: the order goes on. Ctrl-C stops it.')
}
