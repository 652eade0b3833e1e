/**
 * `npm run quickstart`: starts control plane, host and edge on a data folder of their own, deploys examples/hello with live
 * progress and says what to try next. On a terminal, or with `-- --stay`, all goes on until Ctrl-C, which stops all;
 * elsewhere it ends with the script.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { constants, setPriority } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

type Edge = { readonly url?: string; readonly message?: string }
type Ready = { readonly url: string; readonly host?: { readonly edge?: Edge } }

const root = join(import.meta.dirname, '..')
const holdfast = join(root, 'bin/holdfast.js')
const dataFolder = process.env['HOLDFAST_DATA'] ?? join(root, '.holdfast/quickstart')
const shownFolder = relative(process.cwd(), dataFolder) || dataFolder
const usualPorts = { controlPlane: 7400, edge: 7480 }
const stays = process.stdout.isTTY || process.argv.includes('--stay')

// What is printed can be copied, here and by the commands that are started.
const environment: Record<string, string | undefined> = {
  MALLOC_ARENA_MAX: '2',
  ...process.env,
  HOLDFAST_PROGRAM: 'bin/holdfast',
  HOLDFAST_DATA: dataFolder,
}
// Of another Holdfast: this one is found by its folder.
delete environment['HOLDFAST_URL']
delete environment['HOLDFAST_TOKEN']

/** Fulfilled by Ctrl-C or whoever else wants the end. Made before the first child, or a signal could leave it alone in the world. */
const ending = new Promise<'ended'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('ended'))
})

process.exitCode = await quickstart()

/** @returns the exit code */
async function quickstart(): Promise<number> {
  console.log('Starting control plane, host and edge …')
  let server = startAll(await usualOrAny())
  const built = buildConsole()
  let ready = await Promise.race([readiness(server), ending])
  if (ready === 'port taken') {
    // Free when it was looked at, and somebody else's when it was to be had: whoever it is may be about to take the other one.
    console.log('Another program has just taken the usual port; trying others …')
    server = startAll([0, 0])
    ready = await Promise.race([readiness(server), ending])
  }
  if (ready === undefined || ready === 'port taken') {
    console.log(
      `It did not start. What may still run on ${shownFolder} is ended by:\n  ${command('down --everything')}`,
    )
    return 1
  }
  if (ready === 'ended') return stopAll(server)
  const { url: app, message = 'it is still starting' } = ready.host?.edge ?? {}
  if (app === undefined) {
    console.log(`The edge did not open: ${message}`)
    await stopAll(server)
    return 1
  }
  console.log(`The control plane is at ${ready.url}, the edge at ${app}\n`)

  console.log('$ bin/holdfast deploy examples/hello/holdfast.yaml')
  const deploy = holdfastRun(['deploy', 'examples/hello/holdfast.yaml'])
  const status = await Promise.race([exitOf(deploy), ending])
  if (status === 0) await sayWhatIsNext(app, built)
  if (status === 0 && stays) await Promise.race([ending, exitOf(server)])
  // Ended in the middle: what it began is taken back by whoever runs next, as after any crash.
  deploy.kill('SIGTERM')
  await exitOf(deploy)
  const stopped = await stopAll(server)
  return status === 0 || status === 'ended' ? stopped : 1
}

type Ports = readonly [controlPlane: number, edge: number]

/** In a process group of its own: Ctrl-C reaches this script alone, which then stops all of it in order. */
function startAll([port, edgePort]: Ports): ChildProcess {
  const words = ['up', '--with-host', '--json', '--port', String(port), '--edge-port', String(edgePort)]
  return spawn(process.execPath, [holdfast, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
    detached: true,
  })
}

/** Undefined when it ended instead, having said why. */
async function readiness(server: ChildProcess): Promise<Ready | 'port taken' | undefined> {
  if (server.stdout === null || server.stderr === null) return undefined
  let isPortTaken = false
  createInterface(server.stderr).on('line', (line) => {
    if (/"code":"(server\.port|edge\.port_taken)"/.test(line)) isPortTaken = true
    else process.stderr.write(`${line}\n`)
  })
  const first = once(createInterface(server.stdout), 'line').then(([line]) => JSON.parse(String(line)) as Ready)
  const ended = once(server, 'close').then(() => (isPortTaken ? 'port taken' : undefined))
  return Promise.race([first, ended])
}

async function usualOrAny(): Promise<Ports> {
  return Promise.all([freePort(usualPorts.controlPlane), freePort(usualPorts.edge)])
}

/** The usual one, or 0, which is any, when it is taken. */
function freePort(usual: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(usual, '127.0.0.1', () => probe.close(() => resolve(usual)))
  })
}

function holdfastRun(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [holdfast, ...words], { cwd: root, stdio: 'inherit', env: environment })
}

async function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode
  if (child.signalCode !== null) return 1
  const [status] = await once(child, 'exit')
  return status ?? 1
}

async function stopAll(server: ChildProcess): Promise<number> {
  console.log('\nStopping all …')
  // Also right when only a part of it runs.
  const status = await exitOf(holdfastRun(['down', '--everything', '--yes']))
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM')
  await exitOf(server)
  if (status === 0) console.log('What was deployed is there again after the next npm run quickstart.')
  else console.log(`Not all of it stopped. What still runs is ended by:\n  ${command('down --everything')}`)
  return status
}

/** Beside everything else, which goes before it: the console is not needed to deploy. Nothing to do when it is built already. */
async function buildConsole(): Promise<boolean> {
  const build = spawn(process.execPath, [join(root, 'scripts/console/build.ts')], { cwd: root, stdio: 'ignore' })
  if (build.pid !== undefined) setPriority(build.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  return (await exitOf(build)) === 0
}

/** Good once, so it is asked for when somebody can open it. */
async function sayWhereTheConsoleIs(built: Promise<boolean>): Promise<void> {
  if (!(await built)) {
    console.log('The console could not be built; npm run console says why.')
    return
  }
  const asked = spawn(process.execPath, [holdfast, 'console'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  })
  const [link] = await text(asked.stdout).then((out) => out.split('\n'))
  console.log(`The console, signed in (the link is good once):\n  ${link}\n`)
}

async function sayWhatIsNext(app: string, built: Promise<boolean>): Promise<void> {
  const answer = await (await fetch(app)).text()
  console.log(`\n$ curl ${app}\n${answer.trim()}\n`)
  await sayWhereTheConsoleIs(built)
  const lines = [
    // A deploy takes the warm version down to make room, also one that fails then: so rollback comes before it.
    ['deploy examples/hello/v2.yaml', 'a tenth of the traffic first'],
    ['rollback acme/hello production', 'version 1 is warm: one switch'],
    ['deploy examples/hello/broken.yaml', 'comes back, and says why'],
  ]
  const width = Math.max(...lines.map(([words = '']) => words.length))
  console.log(
    stays ? `Open ${app} in a browser and try, in another terminal:\n` : 'With -- --stay it goes on, to try:\n',
  )
  console.log(`  cd ${root}\n  export HOLDFAST_DATA=${dataFolder}`)
  for (const [words = '', says] of lines) console.log(`  ${command(words.padEnd(width))}  # ${says}`)
  if (stays) console.log('\nCtrl-C stops all of it.')
}

function command(words: string): string {
  return `bin/holdfast ${words}`
}
