/** The entry of the program: makes the world out of the process, runs the command, ends with its exit code. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { askAtTerminal } from './ask-at-terminal.ts'
import { calledAs } from './called-as.ts'
import { run } from './program.ts'
import type { Output, World } from './world.ts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time a person means it.
    if (interruption.signal.aborted && signal === 'SIGINT') process.exit(130)
    interruption.abort()
  })
}
// A reader that goes away early (`holdfast executions | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(process.argv.slice(2), createWorld())

function createWorld(): World {
  return {
    version: versionOf(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
    program: calledAs(process.argv[1] ?? '', process.env),
    pid: process.pid,
    environment: process.env,
    workingFolder: process.cwd(),
    homeFolder: homedir(),
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    readInput: () => text(process.stdin),
    prompt: process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? askAtTerminal : undefined,
    now: () => Date.now(),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    pause: (ms) => pause(ms),
    every(ms, act) {
      const timer = setInterval(act, ms)
      return () => clearInterval(timer)
    },
    interrupted: interruption.signal,
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (words) => void stream.write(words),
    // One that cannot move its cursor is written to like a file.
    isTerminal: stream.isTTY && process.env['TERM'] !== 'dumb',
    get columns() {
      return stream.columns ?? 100
    },
    get rows() {
      return stream.rows ?? 24
    },
  }
}

function versionOf(packageJson: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(packageJson)).version
}
