/** A worker process: does what its keeper says, and raises a new keeper should this one die. */
import { HoldfastError } from '../../base/index.ts'
import type { ListenerSettings } from '../contract.ts'
import { messageOf, wireError } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'
import { EdgeWorker } from './edge-worker.ts'
import { firstDescriptor, type FromWorker, type Outcome, pulseMs, type Question, type ToWorker } from './protocol.ts'

/** The other end: the keeper, whichever process that is. */
export type KeeperLink = {
  send(message: FromWorker): void
  onMessage(listener: (message: ToWorker) => void): void
  onClose(listener: () => void): void
}

/** A listener and the port it really has. */
export type BoundListener = { readonly listener: ListenerSettings; readonly port: number }

export type WorkerLife = {
  readonly machine: EdgeMachine
  readonly keeper: KeeperLink
  /** Starts a keeper that inherits our listening descriptors, and links to it. */
  readonly raiseKeeper: (listeners: readonly BoundListener[]) => KeeperLink
  /** Ends the process. */
  readonly exit: (code: number) => void
}

export function runWorker(life: WorkerLife): void {
  new WorkerProcess(life)
}

class WorkerProcess {
  readonly #life: WorkerLife
  #keeper: KeeperLink
  #worker: EdgeWorker | undefined
  #listeners: readonly ListenerSettings[] = []
  #serving = false
  #leaving = false
  #raised = 0

  constructor(life: WorkerLife) {
    this.#life = life
    this.#keeper = life.keeper
    this.#follow(life.keeper)
    this.#pulse()
  }

  #follow(keeper: KeeperLink): void {
    this.#keeper = keeper
    keeper.onMessage((message) => this.#hear(message))
    keeper.onClose(() => this.#onKeeperGone())
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case 'start':
        // What goes wrong before it serves is the keeper's to see: in the log, and as an exit.
        this.#start(message).catch((error: unknown) => this.#failToStart(error))
        return
      case 'ask':
        return this.#say({ kind: 'answer', number: message.number, outcome: this.#answer(message) })
      case 'leave':
        this.#leave(message).catch((error: unknown) => this.#failToStart(error))
        return
    }
  }

  async #start(start: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
    const worker = new EdgeWorker({
      settings: start.settings,
      machine: this.#life.machine,
      tell: (happening) => this.#say({ kind: 'happening', happening }),
      noteHealth: (key, health) => this.#say({ kind: 'health', key, health }),
    })
    this.#worker = worker
    // Without the certificates: these go into the arguments of a process.
    this.#listeners = start.settings.listeners.map(({ name, host, port }) => ({ name, host, port }))
    if (start.routes !== undefined) worker.apply(start.routes, start.known)
    for (const request of start.withheld) this.#drainIfThere(worker, request)
    await worker.listen(start.settings.listeners.map((_listener, at) => ({ fd: firstDescriptor + at })))
    this.#serving = true
    this.#say({ kind: 'serving' })
  }

  /** A drain from before may name what is gone by now. */
  #drainIfThere(worker: EdgeWorker, request: Parameters<EdgeWorker['drain']>[0]): void {
    try {
      worker.drain(request)
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.#life.machine.logger.warn('a drain was not taken over', { error: error.message })
    }
  }

  #answer(question: Question): Outcome {
    const worker = this.#worker
    if (worker === undefined)
      return { ok: false, error: { code: 'edge.worker_silent', message: 'The worker is starting' } }
    try {
      return { ok: true, value: answerOf(worker, question) }
    } catch (error) {
      return { ok: false, error: wireError(error) }
    }
  }

  async #leave({ withinMs, forGood }: Extract<ToWorker, { kind: 'leave' }>): Promise<void> {
    if (this.#worker === undefined) return
    const isTold = this.#leaving
    this.#leaving = true
    const left = this.#worker.leave(withinMs)
    if (forGood === true) this.#worker.closeIdle()
    if (isTold) return
    await left
    this.#say({ kind: 'left', report: this.#worker.report() })
    this.#life.exit(0)
  }

  #failToStart(error: unknown): void {
    this.#life.machine.logger.error('the worker gives up', { error: messageOf(error) })
    this.#say({ kind: 'failed', error: wireError(error) })
    this.#life.exit(1)
  }

  /**
   * Traffic goes on: this process has the sockets, too. Whoever serves raises the next keeper; a worker that is leaving ends
   * its leave quickly, since nobody tells it new routes; one that has not begun is of no use.
   */
  #onKeeperGone(): void {
    if (!this.#serving) return this.#life.exit(1)
    if (this.#leaving) {
      const { clock } = this.#life.machine
      clock.alarm(clock.now() + orphanLeaveMs, () => this.#life.exit(0))
      return
    }
    const { clock, logger } = this.#life.machine
    logger.warn('the keeper is gone; raising another', { before: this.#raised })
    // The first at once; one that cannot live is tried again with pauses.
    const pauseMs = this.#raised === 0 ? 0 : Math.min(5000, 100 * 2 ** this.#raised)
    this.#raised++
    clock.alarm(clock.now() + pauseMs, () => this.#follow(this.#life.raiseKeeper(this.#boundListeners())))
  }

  #boundListeners(): readonly BoundListener[] {
    const ports = this.#worker?.ports ?? []
    return this.#listeners.map((listener, at) => ({ listener, port: ports[at] ?? listener.port }))
  }

  #pulse(): void {
    const { clock } = this.#life.machine
    clock.alarm(clock.now() + pulseMs, () => {
      const { connections = 0, inFlight = 0 } = this.#worker ?? {}
      this.#say({ kind: 'pulse', connections, inFlight })
      this.#pulse()
    })
  }

  #say(message: FromWorker): void {
    this.#keeper.send(message)
  }
}

const orphanLeaveMs = 1000

function answerOf(worker: EdgeWorker, question: Question): unknown {
  switch (question.about) {
    case 'routes':
      return worker.apply(question.routes)
    case 'drain':
      return worker.drain(question.request)
    case 'report':
      return worker.report(question.windowsSince)
    case 'reload':
      return worker.reload(question.settings)
  }
}
