/** The entry of the program: makes the world out of the process, runs the command, ends with its exit code. */
import { readFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { askAtTerminal } from './ask-at-terminal.ts'
import { calledAs } from './called-as.ts'
import { run } from './program.ts'
import { columnsOf, rowsOf } from './terminal-size.ts'
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
    platform: process.platform,
    person: personHere(),
    ask: askPerson,
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

/** Letters, digits and what keys may be called by. */
function personHere(): string {
  const word = (text: string): string => text.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[._-]+/, '')
  return `${word(userName()) || 'somebody'}@${word(hostname()) || 'here'}`.slice(0, 80)
}

/** Users without an entry are known to containers. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env['USER'] ?? ''
  }
}

async function askPerson(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const dialogue = createInterface({ input: process.stdin, output: process.stderr })
  dialogue.on('SIGINT', () => interruption.abort())
  try {
    return await dialogue.question(question, { signal: interruption.signal })
  } finally {
    dialogue.close()
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (words) => void stream.write(words),
    // One that cannot move its cursor is written to like a file.
    isTerminal: stream.isTTY && process.env['TERM'] !== 'dumb',
    get columns() {
      return columnsOf(stream)
    },
    get rows() {
      return rowsOf(stream)
    },
  }
}

function versionOf(packageJson: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(packageJson)).version
}
