/** The states on the way back, and the ends. Each end is one transaction: status, evidence, lock and record together. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { changeDeployment, type Deployment, type DeploymentStatus, requireDeployment } from '../deployment/rows.ts'
import { diagnose, type Diagnosis, DeployFailure, haltDiagnosis, Steered, steering } from '../failure.ts'
import { intentsOfDeployment, intentsOfFleet } from '../intent/rows.ts'
import { compensations } from '../intent/settle.ts'
import { freeLock } from '../lock/rows.ts'
import { runHooks } from './hooks.ts'
import { mustAsk } from './must-ask.ts'
import { allOf, settle } from './perform.ts'
import type { Run } from './run.ts'
import { isForwardState } from './task.ts'
import { evidenceFor, readLast } from './traffic.ts'

/** Why it did not go on, and whether that is taken back by itself. */
export async function diagnoseFailure(run: Run): Promise<object> {
  const { deployment } = run
  const isHalted = deployment.control === 'halt'
  const diagnosis = isHalted ? haltOf(deployment) : failureOf(deployment)
  const ask = !isHalted && deployment.course === 'forward' && mustAsk(run.deploys, run.deploys.store.read, deployment)
  const where = diagnosis.state
  await run.write((tx) => {
    changeDeployment(tx, run.id, ask ? { diagnosis, ...asking(run, where) } : { diagnosis, course: 'compensate' })
  })
  return { course: ask ? 'ask' : 'compensate' }
}

/** What cannot be taken back stays as it is until a person decides: resume or retry, or halt after all. */
function asking(run: Run, state: string) {
  const resumeAt = isForwardState(state) ? state : 'Lock'
  return {
    status: 'paused',
    control: 'pause',
    controlReason: 'it failed, and is marked forward-only: resume it, or halt it to bring the former version back',
    pausedAt: run.now,
    progress: { ...run.progress, resumeAt },
  } as const
}

const haltOf = ({ controlReason, state, progress, id }: Deployment): Diagnosis =>
  haltDiagnosis(controlReason ?? 'halted', progress.lastState ?? state, id)

function failureOf({ progress, state, id }: Deployment): Diagnosis {
  const unknown = new DeployFailure('platform', 'the execution failed in a way that Holdfast does not know')
  return progress.lastFailure ?? diagnose(unknown, state, id)
}

/**
 * Takes back everything, newest first: so the traffic returns to the former version before anything of the new one goes.
 * Under a new term: what was sent before and is still on its way is refused by the target when it arrives.
 */
export async function compensate(run: Run): Promise<void> {
  const { course } = run.deployment
  await run.newTerm((tx) => {
    // A halt comes here at once, past the diagnosis.
    if (course === 'forward') changeDeployment(tx, run.id, { diagnosis: haltOf(run.deployment), course: 'compensate' })
  })
  for (const group of compensations(intentsOfDeployment(run.deploys.store.read, run.id))) {
    await allOf(group.map((settlement) => settle(run, settlement)))
  }
}

/** They tell people; when they fail, that is told too and no more. */
export async function failureHooks(run: Run): Promise<void> {
  try {
    await runHooks(run, 'onFailure')
  } catch (error) {
    if (run.context.signal.aborted || error instanceof Steered) throw error
    const remark = `a hook after the failure failed itself: ${error instanceof Error ? error.message : String(error)}`
    await run.remember({ remarks: [...(run.progress.remarks ?? []), remark] })
  }
}

export async function releaseLock(run: Run): Promise<object> {
  await readLast(run)
  const { diagnosis, control } = run.deployment
  await endAs(run, control === 'halt' ? 'halted' : 'failed')
  const cause = diagnosis === undefined ? '' : `${diagnosis.state}: ${diagnosis.what}`
  return { halted: control === 'halt', cause }
}

export async function cleanUp(run: Run): Promise<void> {
  await readLast(run)
  await endAs(run, 'succeeded')
}

/** A rollback that did not succeed leaves what it found half stopped to who had begun to stop it. */
function handBack(tx: Transaction, { id, kind, fleet }: Deployment): void {
  if (kind !== 'rollback') return
  for (const { deployment, undoes, status } of intentsOfFleet(tx, fleet)) {
    const isOpen = undoes !== null && (status === 'intended' || status === 'failed')
    if (!isOpen || deployment === id) continue
    const { takenOver: _, ...progress } = requireDeployment(tx, deployment).progress
    changeDeployment(tx, deployment, { leftovers: 1, progress })
  }
}

const actionOf = { succeeded: 'deploy.succeed', failed: 'deploy.fail', halted: 'deploy.halted' } as const

async function endAs(run: Run, status: Extract<DeploymentStatus, keyof typeof actionOf>): Promise<void> {
  const { deployment, now, id } = run
  const evidence = evidenceFor(run)
  await run.write((tx) => {
    const diagnosis = status === 'succeeded' ? { diagnosis: null } : {}
    changeDeployment(tx, id, { status, endedAt: now, ...diagnosis, ...(evidence === undefined ? {} : { evidence }) })
    freeLock(tx, deployment, 'deployment', id)
    if (status !== 'succeeded') handBack(tx, deployment)
    appendRecord(tx, {
      at: now,
      actor: run.actor,
      action: actionOf[status],
      subject: { type: 'deployment', id },
      change: { release: deployment.releaseId, ...(status === 'succeeded' ? {} : { why: deployment.diagnosis?.what }) },
      cause: run.cause,
      execution: run.context.executionArn,
    })
  })
}

/** Waits for a person. One visit lasts a minute. */
export async function pausedState(run: Run): Promise<object> {
  const begun = run.now
  for (;;) {
    const wish = run.wish()
    if (wish === 'halt') throw new Steered(steering.halted, run.deployment.controlReason ?? 'halted')
    if (wish === 'run') return { resumeAt: run.progress.resumeAt ?? 'Lock' }
    if (run.now - begun >= 60_000) return { resumeAt: 'Paused' }
    await run.sleep(60_000)
    run.reload()
  }
}
