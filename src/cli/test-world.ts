/** A world for tests: what is printed is kept, time and interruption are in the test's hand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExitCode } from './errors.ts'
import { run } from './program.ts'
import type { Output, World } from './world.ts'

export type Ran = { readonly exitCode: ExitCode; readonly out: string; readonly err: string }

export type TestWorldOptions = {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly terminal?: boolean
  readonly columns?: number
  readonly interrupted?: AbortSignal
  /** Somebody is there to be asked, and answers this; then, that the rest is as it usually is. */
  readonly answers?: readonly string[]
  /** What the person types when asked; without it nobody is there to ask. */
  readonly reply?: string
  /** Sees standard output as it is written. */
  readonly onOut?: (text: string) => void
}

/** Runs one command line in `folder`, which is working folder and home folder at once. */
export async function runIn(folder: string, words: readonly string[], options: TestWorldOptions = {}): Promise<Ran> {
  let out = ''
  let err = ''
  const world = worldIn(folder, options, {
    out: (text) => {
      out += text
      options.onOut?.(text)
    },
    err: (text) => (err += text),
  })
  const exitCode = await run(words, world)
  return { exitCode, out, err }
}

/** What a command would see; what it prints is lost. */
export function worldFor(folder: string, options: TestWorldOptions = {}): World {
  return worldIn(folder, options, { out: () => undefined, err: () => undefined })
}

type Sinks = { readonly out: (text: string) => void; readonly err: (text: string) => void }

function worldIn(folder: string, options: TestWorldOptions, sinks: Sinks): World {
  const {
    environment = {},
    input = '',
    terminal = false,
    columns = 100,
    interrupted = new AbortController().signal,
    answers,
  } = options
  const output = (write: (text: string) => void): Output => ({ write, isTerminal: terminal, columns, rows: 30 })
  return {
    version: '0.0.0-test',
    program: 'holdfast',
    pid: process.pid,
    environment,
    workingFolder: folder,
    homeFolder: folder,
    out: output(sinks.out),
    err: output(sinks.err),
    platform: process.platform,
    person: 'mika@laptop',
    ask: () => Promise.resolve(options.reply),
    readInput: () => Promise.resolve(input),
    prompt: answers === undefined ? undefined : answering(answers),
    now: () => Date.now(),
    timeZone: 'Asia/Tokyo',
    // Nobody waits in a test for what a person would.
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
    every: () => () => undefined,
    interrupted,
  }
}

function answering(answers: readonly string[]): World['prompt'] {
  const left = [...answers]
  return ({ initial, check }) => {
    const answer = left.shift()
    if (answer === undefined) return Promise.resolve(initial)
    const wrong = check?.(answer)
    return wrong === undefined ? Promise.resolve(answer) : Promise.reject(new Error(`${answer}: ${wrong}`))
  }
}

export type RunningServer = {
  readonly folder: string
  readonly url: string
  /** Ctrl-C; resolves to how `up` ended. */
  stop(): Promise<Ran>
}

/** `holdfast up` in this process, on a free port and a folder of its own. */
export async function serverIn(folder: string, flags: readonly string[] = []): Promise<RunningServer> {
  const interruption = new AbortController()
  const ready = Promise.withResolvers<string>()
  const words = ['up', '--json', '--port', '0', '--data', join(folder, 'data'), ...flags]
  const ended = runIn(folder, words, { interrupted: interruption.signal, onOut: (text) => ready.resolve(text) })
  void ended.then(({ err }) => ready.reject(new Error(`up ended: ${err}`)))
  const { url }: { readonly url: string } = JSON.parse(await ready.promise)
  return {
    folder,
    url,
    stop() {
      interruption.abort()
      return ended
    },
  }
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
