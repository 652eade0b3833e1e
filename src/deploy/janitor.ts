/** The janitor: whatever dies, someone finishes it or takes it back. A tick looks at everything that has not ended. */
import { appendRecord } from '../audit/index.ts'
import { HoldfastError } from '../base/index.ts'
import { describeExecution, type TaskContext } from '../engine/index.ts'
import type { Transaction } from '../store/index.ts'
import type { Deploys } from './deploys.ts'
import { requireDeployer, standingsOf } from './deployment/fleet.ts'
import { allPointers, expiredWarm, forgetWarm, type Pointer, pointerOf } from './deployment/pointer.ts'
import {
  changeDeployment,
  type Deployment,
  deploymentHistory,
  openDeploymentAt,
  openDeployments,
  requireDeployment,
  unfinishedDeployments,
} from './deployment/rows.ts'
import { nameExecution, startMachine } from './deployment/start.ts'
import { DeployFailure, diagnose, type Diagnosis } from './failure.ts'
import { deployError } from './errors.ts'
import { findIntent, insertIntent, type Intent, intentsOfDeployment } from './intent/rows.ts'
import {
  compensations,
  courseOf,
  type JanitorDecision,
  janitorDecision,
  removals,
  type Settlement,
} from './intent/settle.ts'
import { viewLease } from './lock/lease.ts'
import { lockOf, raiseTerm, renewDeploymentLock } from './lock/rows.ts'
import { mustAsk } from './machine/must-ask.ts'
import { allOf, settle } from './machine/perform.ts'
import { Run } from './machine/run.ts'
import { systemActor } from './machine/system.ts'
import { removal } from './plan/make.ts'
import { targetOfRelease } from './release/rows.ts'
import { idOf } from './plan/plan.ts'

/** One look at everything. One deployment that cannot be helped now does not keep the others from it. */
export async function janitorTick(deploys: Deploys, signal: AbortSignal): Promise<void> {
  for (const deployment of openDeployments(deploys.store.read)) {
    await quietly(deploys, deployment.id, () => lookAfter(deploys, deployment))
  }
  for (const pointer of expiredWarm(deploys.store.read, deploys.clock.now())) {
    await quietly(deploys, pointer.warmFleet ?? '', () => retire(deploys, pointer))
  }
  for (const deployment of unfinishedDeployments(deploys.store.read)) {
    await quietly(deploys, deployment.id, () => finishEnd(deploys, deployment, signal))
  }
  for (const pointer of allPointers(deploys.store.read)) {
    await quietly(deploys, pointer.servingFleet ?? '', () => attend(deploys, pointer, signal))
  }
}

async function quietly(deploys: Deploys, deployment: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    deploys.logger.warn('the janitor could not finish something and will try again', { deployment, error })
  }
}

async function lookAfter(deploys: Deploys, deployment: Deployment): Promise<void> {
  const executionRuns = await runs(deploys, deployment)
  if (executionRuns === true) return renew(deploys, deployment)
  const ask = mustAsk(deploys, deploys.store.read, deployment)
  const decision = janitorDecision({ deployment, executionRuns, mustAsk: ask })
  if (decision === 'renew') return
  if (decision === 'begin') return startMachine(deploys, deployment, 'forward')
  await takeOver(deploys, deployment, decision)
}

async function runs(deploys: Deploys, { executionArn }: Deployment): Promise<boolean | undefined> {
  if (executionArn === null) return undefined
  try {
    return (await describeExecution(deploys.engine(), systemActor, executionArn)).status === 'RUNNING'
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'missing') return undefined
    throw error
  }
}

/** Between the look and this write it may have ended, or gone on under another term: then the lease is not ours to renew. */
async function renew(deploys: Deploys, { id, term, ...place }: Deployment): Promise<void> {
  if (term === 0) return
  await deploys.store.write((tx) => {
    const now = requireDeployment(tx, id)
    if (now.endedAt !== null || now.term !== term) return
    renewDeploymentLock(tx, place, { owner: id, term, now: deploys.clock.now() })
  })
}

/**
 * Another execution for a deployment whose own is lost. Two janitors that meet here: the second finds a newer run, and
 * leaves it. The new term keeps away whatever the lost execution has still under way.
 */
async function takeOver(
  deploys: Deploys,
  { id, run }: Deployment,
  decision: Exclude<JanitorDecision, 'renew' | 'begin'>,
): Promise<void> {
  const course = courseOf(decision)
  const taken = await deploys.store.write((tx) => {
    const now = requireDeployment(tx, id)
    if (now.run !== run || now.endedAt !== null) return false
    const at = deploys.clock.now()
    const term = now.term === 0 ? 0 : raiseTerm(tx, now, id, at)
    changeDeployment(tx, id, {
      term,
      progress: { ...now.progress, lastFailure: now.progress.lastFailure ?? lostIn(now) },
      ...(decision === 'compensate' ? { course: 'compensate' } : {}),
    })
    nameExecution(deploys, tx, { ...now, run: run + 1 })
    appendRecord(tx, {
      at,
      actor: systemActor,
      action: 'deploy.takeover',
      subject: { type: 'deployment', id },
      change: { course },
      cause: { type: 'execution', id: now.executionArn ?? id },
    })
    return true
  })
  if (taken) await startMachine(deploys, requireDeployment(deploys.store.read, id), course)
}

const lostIn = ({ id, state }: Deployment): Diagnosis =>
  diagnose(new DeployFailure('platform', 'its execution was stopped, or lost with its process'), state, id)

// ---- who came later

/** While a deployment is under way it tells everybody itself. */
async function attend(deploys: Deploys, pointer: Pointer, signal: AbortSignal): Promise<void> {
  const { project, config, servingFleet: serving, servingRelease, warmFleet: warm } = pointer
  const { read } = deploys.store
  if (serving === null || servingRelease === null || openDeploymentAt(read, pointer) !== undefined) return
  const lock = lockOf(read, pointer, 'deployment')
  const target = targetOfRelease(read, servingRelease)
  if (lock === undefined || lock.owner !== null || target === undefined) return
  const fleetOf = (id: string) => standingsOf(deploys, read, id).fleet
  const fleets = () => ({ serving: fleetOf(serving), warm: warm === null ? undefined : fleetOf(warm) })
  await requireDeployer(deploys, target).attend?.({ project, config, term: lock.term, serving, warm, fleets }, signal)
}

// ---- what stood warm

/**
 * Takes down what has stood warm long enough. From the first commit on nobody can wake it any more, and all of what is to be
 * done is written down, so a crash in between is finished by the next tick.
 */
async function retire(deploys: Deploys, { project, config }: Pointer): Promise<void> {
  await deploys.store.write((tx) => {
    const now = deploys.clock.now()
    const pointer = pointerOf(tx, { project, config })
    const { warmFleet, warmUntil } = pointer
    if (warmFleet === null || warmUntil === null || warmUntil > now) return
    // A deployment that is under way decides about it itself.
    if (viewLease(lockOf(tx, pointer, 'deployment'), '', now, true).kind !== 'free') return
    forgetWarm(tx, pointer)
    intendRemoval(deploys, tx, warmFleet, now)
    changeDeployment(tx, warmFleet, { leftovers: 1 })
    appendRecord(tx, {
      at: now,
      actor: systemActor,
      action: 'deploy.retire',
      subject: { type: 'deployment', id: warmFleet },
      cause: { type: 'schedule', id: 'warm' },
    })
  })
}

function intendRemoval(deploys: Deploys, tx: Transaction, fleetId: string, now: number): void {
  for (const [wave, acts] of removal('later', standingsOf(deploys, tx, fleetId)).entries()) {
    for (const act of acts) {
      if (act.kind === 'do' || findIntent(tx, fleetId, idOf(act)) !== undefined) continue
      const undoes = findIntent(tx, act.of.deployment, act.of.call)?.position ?? null
      const made = { deployment: fleetId, fleet: fleetId, callId: idOf(act), stage: 'Later', wave, act, undoes }
      insertIntent(tx, made, now)
    }
  }
}

/** What an ended deployment has left to be taken down: after its warm time, or because its lock was broken. */
async function finishEnd(deploys: Deploys, deployment: Deployment, signal: AbortSignal): Promise<void> {
  // The highest term of the place: whatever was seen for these things was lower, or this very one.
  const term = lockOf(deploys.store.read, deployment, 'deployment')?.term ?? deployment.term
  const run = new Run({
    deploys,
    deployment: { ...deployment, term },
    context: contextFor(deploys, deployment, signal),
    interruptible: false,
    underLock: false,
  })
  try {
    const intents = intentsOfDeployment(deploys.store.read, deployment.id)
    const groups = deployment.status === 'succeeded' ? removals(ownOf(deployment, intents)) : compensations(intents)
    for (const group of groups) {
      if (group.some(dividesTraffic) && !mayDivide(deploys, deployment)) continue
      await allOf(group.map((settlement) => settle(run, settlement)))
    }
    await deploys.store.write((tx) => changeDeployment(tx, deployment.id, { leftovers: 0 }))
  } finally {
    run.end()
  }
}

const ownOf = ({ progress }: Deployment, intents: readonly Intent[]): readonly Intent[] =>
  intents.filter(({ fleet }) => fleet !== progress.takenOver)

const dividesTraffic = ({ intent: { act } }: Settlement): boolean => act.kind === 'do' && act.call.creates === undefined

/**
 * What others have divided since is not given back to what was before: theirs stands. As long as they are under way nobody
 * knows yet who will have it, so nothing that may still get traffic is taken down. @throws HoldfastError deploy.lock_settling
 */
function mayDivide(deploys: Deploys, { position, project, config }: Deployment): boolean {
  const later = deploymentHistory(deploys.store.read, { project, config, limit: 50 }).filter(
    (other) => other.position > position,
  )
  if (later.some(({ committedAt }) => committedAt !== null)) return false
  if (later.every(({ endedAt }) => endedAt !== null)) return true
  throw deployError('deploy.lock_settling', 'A later deployment divides the traffic just now')
}

function contextFor(deploys: Deploys, { id, executionArn }: Deployment, signal: AbortSignal): TaskContext {
  const { clock, logger: log } = deploys
  return { signal, idempotencyKey: id, executionArn: executionArn ?? id, attempt: 0, now: () => clock.now(), log }
}

// ---- the loop

export const janitorMs = 2000

export type JanitorOptions = {
  /**
   * Whether it is this process's turn, where several have the same database. Two that look at once do no harm, for the terms
   * of the locks keep them apart; they only do the same work twice.
   */
  readonly mayLook?: () => Promise<boolean>
}

/** Ticks until it is stopped; what it returns stops it, after the tick that may be running. */
export function startJanitor(deploys: Deploys, { mayLook = always }: JanitorOptions = {}): () => Promise<void> {
  const leave = new AbortController()
  const loop = (async () => {
    while (!leave.signal.aborted) {
      if (await mayLook()) await janitorTick(deploys, leave.signal)
      await pause(deploys, janitorMs, leave.signal)
    }
  })()
  return () => {
    leave.abort()
    return loop
  }
}

const always = (): Promise<boolean> => Promise.resolve(true)

function pause({ clock }: Deploys, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = clock.alarm(clock.now() + ms, resolve)
    signal.addEventListener(
      'abort',
      () => {
        cancel()
        resolve()
      },
      { once: true },
    )
  })
}
