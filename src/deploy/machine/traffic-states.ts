/** The states in which the traffic moves, and those after. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { pointerOf, writePointer } from '../deployment/pointer.ts'
import { changeDeployment } from '../deployment/rows.ts'
import { requireStillApproved } from '../approval/state.ts'
import { DeployFailure } from '../failure.ts'
import { type HealthVerdict, judgeRunning, pauseUntilNextReading, type Watch, watched } from '../health/judge.ts'
import { runningOf } from '../intent/standing.ts'
import { stageOf } from '../plan/plan.ts'
import { decide, type Decision, type Sight } from '../strategy/decide.ts'
import { weightsAt } from '../strategy/steps.ts'
import { visitMs } from './forward.ts'
import { keepWatch, type Observation, observe, requireNoPause, waitUntilNextLook, watchOf } from './observe.ts'
import { intend, perform } from './perform.ts'
import type { Run } from './run.ts'
import { isSkipped } from './states.ts'
import { beginLook, readAlongside, readIfPossible, readTraffic } from './traffic.ts'

/** Gives the step its part of the traffic. */
export async function shift(run: Run): Promise<void> {
  await readTraffic(run, 'shift')
  const { step } = run.progress
  await perform(run, stageOf(run.plan, 'Shift', step))
  await flowing(run)
}

/** Gives the new version all of the traffic. */
export async function switchOver(run: Run): Promise<void> {
  if (run.deployment.kind === 'rollback') return switchBack(run)
  await readTraffic(run, 'shift')
  await perform(run, stageOf(run.plan, 'Switch'))
  await flowing(run)
  await readTraffic(run, 'switched')
}

/** Nothing comes before the switch: the traffic is read while it is made. */
async function switchBack(run: Run): Promise<void> {
  const keepReading = readAlongside(run)
  await perform(run, stageOf(run.plan, 'Switch'))
  await flowing(run)
  await keepReading()
  await readIfPossible(run, 'switched')
}

async function flowing(run: Run): Promise<void> {
  const { step, shiftedAt, readings, looks } = run.progress
  if (shiftedAt !== undefined) return
  const now = run.plan.steps[step]
  await run.remember({
    shiftedAt: run.now,
    weights: now === undefined ? {} : weightsAt(now),
    requestsAtShift: readings.shift?.incoming.requests ?? 0,
    looksAtShift: looks,
  })
}

/** Watches a step until its bake is over. The next one begins only after that. */
export async function bake(run: Run): Promise<object> {
  // Its bake was over, and the process ended before the machine heard of it.
  if (run.progress.shiftedAt === undefined) return { over: true }
  const decision = await watchStep(run)
  if (decision.kind !== 'next') return { over: decision.kind === 'done' }
  const { shiftedAt: _, awaitedSince: _since, ...progress } = run.progress
  const next = { ...progress, step: decision.step }
  await run.write((tx) => changeDeployment(tx, run.id, { progress: next }))
  return { over: true }
}

/** Watches the new version with all of the traffic. */
export async function watch(run: Run): Promise<object> {
  return { over: (await watchStep(run)).kind === 'done' }
}

async function watchStep(run: Run): Promise<Decision> {
  const begun = run.now
  const state = run.deployment.state === 'Watch' ? 'Watch' : 'Bake'
  let health = watchOf(run)
  for (;;) {
    const { step, shiftedAt = run.now } = run.progress
    const elapsedMs = run.now - shiftedAt
    const bakeMs = run.plan.steps[step]?.bake.ms ?? 0
    const look = beginLook(run, { elapsedMs, final: elapsedMs >= bakeMs })
    const seen = await readHealth(run, health)
    health = seen.watch
    const skipped = isSkipped(state, run.deployment.startFrom)
    const { objection, requests = 0, traffic } = await look()
    const sight: Sight = { now: run.now, health: seen.verdict, objection, requests: skipped ? undefined : requests }
    const decision = decide(run.plan.steps, { step, shiftedAt: skipped ? 0 : shiftedAt }, sight, run.wish())
    await observe(run, { ...seen, traffic, elapsedMs }, decision.kind === 'wait' ? decision.why : undefined)
    if (decision.kind === 'fail') throw new DeployFailure('health', decision.what)
    if (decision.kind === 'pause' || decision.kind === 'halt') requireNoPause(run)
    const isOver = decision.kind === 'next' || decision.kind === 'done'
    if (isOver || run.now - begun >= visitMs) {
      await keepWatch(run, health)
      if (isOver) requireStillApproved(run)
      return decision
    }
    await waitUntilNextLook(run, pauseUntilNextReading(elapsedMs))
  }
}

type SeenHealth = Pick<Observation, 'expected' | 'reading'> & { readonly verdict: HealthVerdict; readonly watch: Watch }

async function readHealth(run: Run, before: Watch): Promise<SeenHealth> {
  const { fleet, standing } = run.standings()
  const reading = await run.race(run.deployer.readHealth(fleet, run.signal))
  const [watch, expected] = [watched(before, reading, run.now, true), runningOf(standing)]
  return { expected, reading, watch, verdict: judgeRunning({ expected, reading, watch }) }
}

// ---- after the commit

/**
 * The commit: from here on the new version is what serves, and what is left to do is finished, whatever happens. Then the
 * former version rests: its workers are stopped, the rest of it stands ready.
 */
export async function keepWarm(run: Run): Promise<void> {
  await commit(run)
  await perform(run, stageOf(run.plan, 'KeepWarm'))
}

async function commit(run: Run): Promise<void> {
  if (run.deployment.committedAt !== null) return
  const { deployment, plan, now } = run
  await run.write((tx) => {
    const pointer = pointerOf(tx, deployment)
    const isRollback = deployment.kind === 'rollback'
    const warm = isRollback || plan.cold !== undefined ? null : pointer.servingFleet
    writePointer(tx, {
      ...pointer,
      servingFleet: deployment.fleet,
      servingRelease: deployment.releaseId,
      warmFleet: warm,
      warmRelease: warm === null ? null : pointer.servingRelease,
      warmUntil: warm === null ? null : now + plan.warmMs,
    })
    changeDeployment(tx, run.id, { committedAt: now, course: 'finish' })
    if (!isRollback) intendRetiring(run, tx, warm)
    appendRecord(tx, {
      at: now,
      actor: run.actor,
      action: 'deploy.commit',
      subject: { type: 'deployment', id: run.id },
      change: { before: pointer.servingRelease, after: deployment.releaseId },
      cause: run.cause,
      execution: run.context.executionArn,
    })
  })
  run.reload()
}

/**
 * What the pointer no longer names is only found again by what is written down: in the transaction that lets go of it. A rollback
 * may end this deployment before it has begun to take it down.
 */
function intendRetiring(run: Run, tx: Transaction, warm: string | null): void {
  const stage = stageOf(run.plan, 'KeepWarm')
  if (stage === undefined) return
  for (const [wave, acts] of stage.waves.entries()) {
    for (const act of acts) if (act.kind === 'undo' && act.fleet !== warm) intend(run, tx, { stage, wave, act })
  }
}
