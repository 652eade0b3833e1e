/** One task of a deployment under way: what it works on, what may interrupt it, how it waits. */
import type { Actor, Cause } from '../../audit/index.ts'
import { formatDuration, HoldfastError } from '../../base/index.ts'
import type { TaskContext } from '../../engine/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deployer, Fleet } from '../deployer.ts'
import type { Deploys } from '../deploys.ts'
import { requireDeployer, standingsOf } from '../deployment/fleet.ts'
import { changeDeployment, type Deployment, type Progress, requireDeployment, wishFor } from '../deployment/rows.ts'
import type { Sight } from '../deployment/sight.ts'
import { DeployFailure, type Diagnosis, type Obstacle, Steered, steering } from '../failure.ts'
import type { Standings } from '../plan/make.ts'
import { raiseTerm, renewDeploymentLock } from '../lock/rows.ts'
import type { Wish } from '../strategy/decide.ts'

export type RunOptions = {
  readonly deploys: Deploys
  readonly deployment: Deployment
  readonly context: TaskContext
  /** Whether a halt and the deadline interrupt it: on the way forward, and nowhere else. */
  readonly interruptible: boolean
  /** False for what is taken down after the end of its deployment: nobody else acts on it any more. */
  readonly underLock?: boolean
}

export class Run {
  readonly deploys: Deploys
  readonly deployer: Deployer
  readonly context: TaskContext
  /** Aborted by a halt, by the deadline, and when the engine gives the task up. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #interruptible: boolean
  readonly #underLock: boolean
  readonly #cleanUps: (() => void)[] = []
  #deployment: Deployment
  #wake: (() => void) | undefined
  /** Somebody wanted something while it did not wait: it may have looked before that. */
  #wasCalled = false
  #seen: string | Obstacle | undefined

  constructor({ deploys, deployment, context, interruptible, underLock = true }: RunOptions) {
    this.deploys = deploys
    this.context = context
    this.deployer = requireDeployer(deploys, deployment.target)
    this.signal = this.#controller.signal
    this.#deployment = deployment
    this.#interruptible = interruptible
    this.#underLock = underLock
    this.#listen()
  }

  get id(): string {
    return this.#deployment.id
  }

  /** As this task last saw or wrote it. */
  get deployment(): Deployment {
    return this.#deployment
  }

  get progress(): Progress {
    return this.#deployment.progress
  }

  get now(): number {
    return this.deploys.clock.now()
  }

  get actor(): Actor {
    return { type: 'machine', id: this.id, via: 'api' }
  }

  get cause(): Cause {
    return { type: 'execution', id: this.context.executionArn }
  }

  /** @throws DeployFailure when there is no plan, which the machine makes impossible */
  get plan(): NonNullable<Deployment['plan']> {
    const { plan } = this.#deployment
    if (plan === undefined) throw new DeployFailure('platform', 'the deployment has no plan')
    return plan
  }

  /** The fleet that this deployment brings up, or goes back to. */
  standings(): Standings {
    return standingsOf(this.deploys, this.deploys.store.read, this.#deployment.fleet)
  }

  outgoing(): Fleet | undefined {
    const { serving } = this.plan
    return serving === null ? undefined : standingsOf(this.deploys, this.deploys.store.read, serving).fleet
  }

  /** What the task sees while it waits: told when the time is over. */
  see(what: string, obstacle?: Obstacle): void {
    this.#seen = obstacle === undefined ? what : { ...obstacle, what }
  }

  wish(): Wish {
    return wishFor(this.deploys.store.read, this.id)
  }

  /**
   * A transaction of this deployment: it still holds its lock, under its term, and keeps it for another while. Whoever took
   * over meanwhile is not disturbed. @throws Steered LockLost
   */
  async write<T>(work: (tx: Transaction) => T): Promise<T> {
    return this.deploys.store.write((tx) => {
      if (this.#underLock && this.#deployment.term > 0) holdLock(tx, this.#deployment, this.now)
      return work(tx)
    })
  }

  /** Remembers, and goes on with what it remembers. */
  async remember(change: Partial<Progress>, also: (tx: Transaction) => void = () => {}): Promise<void> {
    const progress = { ...this.progress, ...change }
    await this.write((tx) => {
      changeDeployment(tx, this.id, { progress })
      also(tx)
    })
    this.#deployment = { ...this.#deployment, progress }
  }

  /** What was seen of it, for who watches, and what it remembers with that. */
  async keepSight(sight: Sight, change: Partial<Progress>, also: (tx: Transaction) => void): Promise<void> {
    await this.remember(change, (tx) => {
      changeDeployment(tx, this.id, { sight })
      also(tx)
    })
    this.#deployment = { ...this.#deployment, sight }
  }

  /** Whatever was sent before and is still on its way is refused by the target when it arrives after what is sent from now on. */
  async newTerm(also: (tx: Transaction) => void = () => {}): Promise<void> {
    await this.write((tx) => {
      // What never had the lock has sent nothing.
      const isHolder = this.#deployment.term > 0
      if (isHolder) changeDeployment(tx, this.id, { term: raiseTerm(tx, this.#deployment, this.id, this.now) })
      also(tx)
    })
    this.reload()
  }

  /** After a write that changed more than the progress. */
  reload(): void {
    this.#deployment = requireDeployment(this.deploys.store.read, this.id)
  }

  /** What the promise gives, unless the task is interrupted first: then whatever becomes of it is nobody's business here. */
  async race<T>(promise: Promise<T>): Promise<T> {
    // It was begun before we look here: when it fails too, that is no reason to end the process.
    promise.catch(() => {})
    this.signal.throwIfAborted()
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => reject(asError(this.signal.reason))
      this.signal.addEventListener('abort', abort, { once: true })
      promise
        .finally(() => this.signal.removeEventListener('abort', abort))
        .then(resolve, (error: unknown) => reject(asError(error)))
    })
  }

  /** Returns when the time is over, or earlier when somebody wants something. @throws what interrupted it */
  async sleep(ms: number): Promise<void> {
    // Between the look and the wait: another look instead of a wait that would sleep over it.
    if (this.#wasCalled) {
      this.#wasCalled = false
      this.signal.throwIfAborted()
      return
    }
    await this.race(
      new Promise<void>((resolve) => {
        const cancel = this.deploys.clock.alarm(this.now + ms, resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      }),
    )
    this.#wake = undefined
  }

  /** The same, and also when something of this deployment was committed. */
  async sleepUntilChanged(deployment: string, ms: number): Promise<void> {
    const leave = this.deploys.changes.on(deployment, () => this.#wake?.())
    try {
      await this.sleep(ms)
    } finally {
      leave()
    }
  }

  /** The task is over. */
  end(): void {
    for (const cleanUp of this.#cleanUps) cleanUp()
    this.#wake?.()
  }

  #listen(): void {
    const giveUp = (): void => this.#controller.abort(new DeployFailure('platform', 'the task was given up'))
    if (this.context.signal.aborted) giveUp()
    this.context.signal.addEventListener('abort', giveUp, { once: true })
    this.#cleanUps.push(
      () => this.context.signal.removeEventListener('abort', giveUp),
      this.deploys.signals.on(this.id, () => this.#look()),
    )
    if (!this.#interruptible) return
    const { deadlineAt, createdAt } = this.#deployment
    const late = (): void => {
      // What was seen in this very state, unless something stands in the way now, or did at the last try.
      const why = this.deployer.obstacle?.(this.signal) ?? this.#seen ?? this.progress.lastFailure
      this.#controller.abort(tooLate(this.#deployment.state, deadlineAt - createdAt, why))
    }
    if (deadlineAt <= this.now) late()
    else this.#cleanUps.push(this.deploys.clock.alarm(deadlineAt, late))
  }

  /** Somebody has changed what they want of this deployment. */
  #look(): void {
    if (this.#interruptible && this.wish() === 'halt') this.#controller.abort(halted(this.#deployment))
    if (this.#wake === undefined) this.#wasCalled = true
    else this.#wake()
  }
}

export function halted({ controlReason }: Deployment): Steered {
  return new Steered(steering.halted, controlReason ?? 'halted')
}

export function paused({ controlReason }: Deployment): Steered {
  return new Steered(steering.paused, controlReason ?? 'paused')
}

/** `why`: what stood or stands in its way, or what was seen last. */
function tooLate(state: string, timeoutMs: number, why: Obstacle | Diagnosis | string | undefined): DeployFailure {
  const over = `the timeout of ${formatDuration(timeoutMs)} was over in ${state}`
  if (typeof why === 'object' && why.class !== 'halted')
    return new DeployFailure(why.class, `${over}: ${why.what}`, { command: why.command, isLate: true })
  return new DeployFailure('health', typeof why === 'string' ? `${over}: ${why}` : over, {
    field: 'timeout',
    command: 'mend what took so long, or give it more time ("timeout" in the release file), then: holdfast deploy FILE',
  })
}

/** @throws Steered LockLost */
export function holdLock(tx: Transaction, deployment: Deployment, now: number): void {
  const { id: owner, term } = deployment
  try {
    renewDeploymentLock(tx, deployment, { owner, term, now })
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'deploy.lock_lost') throw error
    throw new Steered(steering.lockLost, error.message)
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
