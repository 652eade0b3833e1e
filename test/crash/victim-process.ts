/** Starts victims, listens to them, kills them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Life } from './ledger.ts'
import type { VictimOrder } from './victim.ts'

/** The moment to kill: after so many lines of a kind, or (on the clock, for the soak) so long after the start. */
export type Moment = { readonly after: string; readonly lines: number } | { readonly afterMs: number }

export type Death = Life & {
  /** True when it was killed, false when it left by itself. */
  readonly killed: boolean
  /** What it said, line by line. */
  readonly lines: readonly string[]
  /** Milliseconds from the start of the process to the first line that begins with the word. */
  at(word: string): number | undefined
  /** Complaints of the victim's log. */
  readonly complaints: string
}

/** Runs a victim until the moment, or until it leaves when there is none. */
export async function runVictim(order: VictimOrder, moment: Moment | undefined): Promise<Death> {
  rmSync(order.callsFile, { force: true })
  const startedAt = performance.now()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'victim.ts'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const times = new Map<string, number>()
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const kill = killer(child, moment)
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    const word = line.slice(0, line.indexOf(' ') === -1 ? line.length : line.indexOf(' '))
    if (!times.has(word)) times.set(word, performance.now() - startedAt)
    kill(word)
  })
  const [code, signal]: unknown[] = await once(child, 'close')
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the victim failed with ${String(code)}: ${complaints}`)
  return {
    ...lifeOf(lines, order.callsFile),
    killed: signal === 'SIGKILL',
    lines,
    complaints,
    at: (word) => times.get(word),
  }
}

function killer(child: ChildProcess, moment: Moment | undefined): (word: string) => void {
  if (moment === undefined) return () => {}
  if ('afterMs' in moment) {
    const timer = setTimeout(() => child.kill('SIGKILL'), moment.afterMs)
    child.once('close', () => clearTimeout(timer))
    return () => {}
  }
  let heard = 0
  return (word) => {
    if (word === moment.after && ++heard === moment.lines) child.kill('SIGKILL')
  }
}

function lifeOf(lines: readonly string[], callsFile: string): Life {
  const named = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  // A line without its end was being written when the process died: nobody acknowledged it, the call may or may not have gone.
  const text = existsSync(callsFile) ? readFileSync(callsFile, 'utf8') : ''
  return { started: named('started'), closed: named('closed'), acknowledged: [], calls: text.split('\n').slice(0, -1) }
}
