/** The load as the benchmark sees it: begins, tells what it saw, ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import {
  type AnswerColumns,
  type Failure,
  type FromLoad,
  noTallies,
  type SocketTallies,
  type ToLoad,
} from './messages.ts'
import { type Mix, type RequestKind, requestKinds } from './mix.ts'

export type Answer = {
  readonly kind: RequestKind
  readonly scheduledMs: number
  readonly sentMs: number
  readonly placedMs: number
  readonly arrivedMs: number
  readonly endedMs: number
  readonly release: string
  readonly pid: number
}

export class Load {
  readonly #child: ChildProcess
  readonly #batches: AnswerColumns[] = []
  readonly failures: Failure[] = []
  #releases: readonly string[] = []
  #tallies: SocketTallies = noTallies
  #started = 0
  readonly #watchers = new Set<() => void>()
  readonly #ended = Promise.withResolvers<void>()

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => this.#hear(asMessage(message)))
    child.on('exit', (code, signal) => {
      this.#ended.reject(new Error(`the load ended by itself: ${signal ?? `exit code ${code}`}`))
      for (const look of this.#watchers) look()
    })
    this.#ended.promise.catch(() => {}) // told to whoever ends it
  }

  /** All answered requests so far. */
  *answers(): Generator<Answer> {
    for (const batch of this.#batches) {
      for (let at = 0; at < batch.pid.length; at++) yield answerAt(batch, at, this.#releases)
    }
  }

  get answered(): number {
    return this.#batches.reduce((sum, { pid }) => sum + pid.length, 0)
  }
  get started(): number {
    return this.#started
  }
  get tallies(): SocketTallies {
    return this.#tallies
  }

  begin(port: number, mix: Mix, seed: number): void {
    this.#say({ kind: 'begin', port, mix, seed })
  }

  /** Resolves when so many more requests have been answered or have failed. */
  async untilMore(requests: number): Promise<void> {
    const enough = this.answered + this.failures.length + requests
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.answered + this.failures.length >= enough || this.#child.exitCode !== null) resolve()
    }
    this.#watchers.add(look)
    await promise.finally(() => this.#watchers.delete(look))
  }

  /** No new requests; resolves when those under way have ended. */
  async end(): Promise<void> {
    this.#say({ kind: 'end' })
    await this.#ended.promise
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(message: FromLoad): void {
    if (message.kind === 'ended') return this.#ended.resolve()
    if (message.kind !== 'batch') return
    this.#batches.push(message.answers)
    this.failures.push(...message.failures)
    this.#releases = message.releases
    this.#tallies = message.tallies
    this.#started = message.started
    for (const look of this.#watchers) look()
  }

  #say(message: ToLoad): void {
    if (this.#child.connected) this.#child.send(message)
  }
}

/** Resolves when it is ready to begin. */
export async function openLoad(): Promise<Load> {
  const child = fork(join(import.meta.dirname, 'main.ts'), [], { serialization: 'advanced' })
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => reject(new Error(`the load did not start: exit code ${code}`)))
  })
  return new Load(child)
}

function answerAt(batch: AnswerColumns, at: number, releases: readonly string[]): Answer {
  return {
    kind: requestKinds[batch.kind[at] ?? 0] ?? 'quick',
    scheduledMs: batch.scheduledMs[at] ?? 0,
    sentMs: batch.sentMs[at] ?? 0,
    placedMs: batch.placedMs[at] ?? 0,
    arrivedMs: batch.arrivedMs[at] ?? 0,
    endedMs: batch.endedMs[at] ?? 0,
    release: releases[batch.release[at] ?? 0] ?? '',
    pid: batch.pid[at] ?? 0,
  }
}

/** The other end is this version of this code. */
function asMessage(message: unknown): FromLoad {
  return message as FromLoad
}
