/**
 * One worker process as the engine sees it: it is asked, it answers, it can be told to abort a request, and it is killed when it
 * does not. Whatever was asked of a process that ends is answered with why it ended.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Clock, formatDuration, type LogFields, type Logger } from '../../../base/index.ts'
import type { Account } from '../../arn.ts'
import type { TaskAnswer } from '../../resource-handler.ts'
import { badConfig } from '../errors.ts'
import { failed, givenUp, taskErrors } from '../task-answer.ts'
import {
  type Checked,
  type FromWorker,
  type ProcedureSummary,
  readFromWorker,
  type Request,
  type ToWorker,
  type WorkerSetup,
} from './protocol.ts'

export type WorkerOptions = {
  /** Absolute path of the module that exports `procedures`. */
  readonly configPath: string
  readonly account: Account
  readonly clock: Clock
  readonly log: Logger
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How long the file may take to load. */
  readonly startMs: number
  /** How long a task function may go on after it was told to stop. */
  readonly graceMs: number
  /** What the functions of one process may hold in memory together. */
  readonly memoryMb: number
}

/** A failed answer is also what every request gets that can no longer be answered. */
export type Reply = { readonly kind: 'answer'; readonly answer: TaskAnswer } | Checked

type Pending = {
  /** Who is called, for the log. */
  readonly about: LogFields
  readonly resolve: (reply: Reply) => void
  /** Whoever asked has got the answer that the request was given up; the function may still be running. */
  abandoned: boolean
  /** The process has heard of the abort, so its loop turns. */
  acknowledged: boolean
  /** It went on for longer than its grace. */
  overdue: boolean
  cancelGrace: () => void
}

function aboutOf(request: Request): LogFields {
  const { procedure } = request
  if (request.kind === 'check') return { procedure }
  const { executionArn, stateName, attempt } = request.facts
  return { procedure, executionArn, stateName, attempt }
}

type End = { readonly error: string; readonly cause: string }

/** How much of what a process last wrote to stderr goes into the cause of its end. */
const lastLines = 12
const lastLineLength = 1000
/** Longer lines are told in pieces: a process that prints without line ends must not fill the engine's memory. */
const longestLine = 16_384
/** A process that is gone may leave children of its own that hold its output open. */
const drainMs = 1000

export class WorkerProcess {
  /** What the file exports. Fails with procedure.config. */
  readonly loaded: Promise<readonly ProcedureSummary[]>
  /** Fulfilled when the process has ended and everything asked of it is answered. */
  readonly gone: Promise<void>

  readonly #options: WorkerOptions
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #onFree: () => void
  readonly #loaded = Promise.withResolvers<readonly ProcedureSummary[]>()
  readonly #gone = Promise.withResolvers<void>()
  readonly #lastWords: string[] = []
  #state: 'starting' | 'open' | 'retired' | 'gone' = 'starting'
  #end: End | undefined
  #lastId = 0
  #cancelStart: () => void

  /** @param onFree called whenever the process has room for another request, and when it is gone */
  constructor(options: WorkerOptions, onFree: () => void) {
    this.#options = options
    this.#onFree = onFree
    this.loaded = this.#loaded.promise
    this.gone = this.#gone.promise
    // Whoever asks is told; that nobody may ask is no reason to end the engine.
    this.loaded.catch(() => {})
    this.#child = start(options)
    this.#listen()
    this.#cancelStart = options.clock.alarm(options.clock.now() + options.startMs, () => this.#startTookTooLong())
  }

  /** How many requests it is busy with, those given up but still running among them. */
  get load(): number {
    return this.#pending.size
  }

  /** Whether it takes new requests. */
  get open(): boolean {
    return this.#state === 'starting' || this.#state === 'open'
  }

  /** Never fails: what cannot be answered gets a failed answer. */
  ask(request: Request, signal: AbortSignal): Promise<Reply> {
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<Reply>()
    const abort = (): void => this.#abort(id)
    const pending: Pending = {
      about: aboutOf(request),
      resolve: (reply) => {
        signal.removeEventListener('abort', abort)
        resolve(reply)
      },
      abandoned: false,
      acknowledged: false,
      overdue: false,
      cancelGrace: () => {},
    }
    this.#pending.set(id, pending)
    this.#send({ ...request, id })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    return promise
  }

  /** Everything asked of it is answered with this reason, unless an earlier one stands. */
  kill(error: string, cause: string): void {
    this.#end ??= { error, cause }
    if (this.#state !== 'gone') this.#state = 'retired'
    this.#child.kill('SIGKILL')
  }

  #listen(): void {
    const { log } = this.#options
    const process = this.#child.pid
    this.#child.on('message', (sent) => {
      const message = readFromWorker(sent)
      if (message === undefined) this.#misunderstand(sent)
      else this.#receive(message)
    })
    eachLine(this.#child.stdout, (line) => log.info(line, { process, stream: 'stdout' }))
    eachLine(this.#child.stderr, (line) => {
      log.warn(line, { process, stream: 'stderr' })
      this.#lastWords.push(line.slice(0, lastLineLength))
      if (this.#lastWords.length > lastLines) this.#lastWords.shift()
    })
    // The lifeline carries nothing; that it breaks is told by 'exit'.
    this.#child.stdio[4]?.on('error', () => {})
    this.#child.on('error', (error) => this.#finish(`could not be started: ${error.message}`))
    this.#child.on('exit', (code, signal) => {
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
      const finish = (): void => this.#finish(how)
      // After 'close' everything that the process sent or wrote has been read.
      const cancel = this.#options.clock.alarm(this.#options.clock.now() + drainMs, finish)
      this.#child.on('close', () => {
        cancel()
        finish()
      })
    })
  }

  /** Whoever asked would wait for ever: no better answer will come. */
  #misunderstand(sent: unknown): void {
    this.#options.log.warn('a message from a worker process was not understood', { process: this.#child.pid })
    const { id } = Object(sent)
    const cause = 'The worker process answered what is no answer: was something sent in its place?'
    if (typeof id === 'number') this.#settle(id, { kind: 'answer', answer: failed(taskErrors.unprintable, cause) })
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#cancelStart()
        if (this.#state === 'starting') this.#state = 'open'
        this.#loaded.resolve(message.procedures)
        return
      case 'broken':
        this.kill(taskErrors.notLoaded, `${this.#options.configPath} does not load: ${message.reason}`)
        return
      case 'aborting': {
        const pending = this.#pending.get(message.id)
        if (pending !== undefined) pending.acknowledged = true
        return
      }
      case 'log':
        this.#options.log[message.level](message.message, message.fields)
        return
      case 'answer':
      case 'checked':
        this.#settle(message.id, message)
    }
  }

  #settle(id: number, reply: Reply): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    pending.cancelGrace()
    pending.resolve(reply)
    this.#killWhenOnlyOverdue()
    this.#onFree()
  }

  #abort(id: number): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    const { clock, graceMs } = this.#options
    pending.abandoned = true
    pending.resolve({ kind: 'answer', answer: givenUp() })
    pending.cancelGrace = clock.alarm(clock.now() + graceMs, () => this.#becomeOverdue(pending))
    this.#send({ kind: 'abort', id })
  }

  /**
   * A function that does not stop by itself can only be stopped with its process. As long as the process's loop turns, the other
   * calls in it are let finish first and new ones go elsewhere; when it is stuck, none of them could go on anyway.
   */
  #becomeOverdue(pending: Pending): void {
    const { log, graceMs } = this.#options
    const about = { process: this.#child.pid, ...pending.about }
    pending.overdue = true
    this.#state = 'retired'
    if (pending.acknowledged) {
      log.warn('a task function goes on after it was told to stop: its process takes no more calls', about)
      this.#killWhenOnlyOverdue()
    } else {
      log.warn('a worker process is stuck: it is killed', about)
      const cause = `The worker process was stuck for ${formatDuration(graceMs)} when a call in it was to stop, and was killed.`
      this.kill(taskErrors.processEnded, cause)
    }
    this.#onFree()
  }

  #killWhenOnlyOverdue(): void {
    if (this.#state !== 'retired' || this.#end !== undefined) return
    for (const pending of this.#pending.values()) if (!pending.overdue) return
    this.kill(
      taskErrors.processEnded,
      'The worker process was killed: a task function in it did not stop when told to.',
    )
  }

  #startTookTooLong(): void {
    const { configPath, startMs } = this.#options
    this.kill(taskErrors.notLoaded, `${configPath} did not load within ${formatDuration(startMs)}.`)
  }

  #finish(how: string): void {
    if (this.#state === 'gone') return
    const error = this.#state === 'starting' ? taskErrors.notLoaded : taskErrors.processEnded
    const end = this.#end ?? { error, cause: [`The worker process ${how}.`, ...this.#lastWords].join('\n') }
    this.#state = 'gone'
    this.#cancelStart()
    this.#loaded.reject(badConfig(this.#options.configPath, end.cause))
    for (const pending of this.#pending.values()) {
      pending.cancelGrace()
      pending.resolve({ kind: 'answer', answer: failed(end.error, end.cause) })
    }
    this.#pending.clear()
    this.#gone.resolve()
    this.#onFree()
  }

  #send(message: ToWorker): void {
    // A message that no longer arrives is answered when 'exit' comes.
    if (this.#child.connected) this.#child.send(message, () => {})
  }
}

function start(options: WorkerOptions): ChildProcess {
  const { configPath, account, memoryMb, environment } = options
  const setup: WorkerSetup = { configPath, account }
  return fork(fileURLToPath(new URL('worker-main.ts', import.meta.url)), [JSON.stringify(setup)], {
    env: environment,
    // Not what this process was started with: a debugger's port, for one, can be had only once.
    execArgv: [`--max-old-space-size=${memoryMb}`],
    // The fifth is the lifeline, see watchdog.ts.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  })
}

function eachLine(stream: Readable | null, tell: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) tell(line)
    if (rest.length < longestLine) return
    tell(rest)
    rest = ''
  })
  stream?.on('end', () => {
    if (rest !== '') tell(rest)
  })
}
