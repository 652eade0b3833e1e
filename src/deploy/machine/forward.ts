/** The states on the way to the first traffic. */
import { HoldfastError } from '../../base/index.ts'
import { approvalsNeeded, isApproved } from '../approval/state.ts'
import { groundOf, readRelease, requireRelease } from '../deployment/fleet.ts'
import { changeDeployment } from '../deployment/rows.ts'
import { DeployFailure } from '../failure.ts'
import {
  describeWait,
  type HealthVerdict,
  judgeStart,
  pauseUntilNextReading,
  tellUnhealthy,
  type Watch,
  watched,
} from '../health/judge.ts'
import { runningOf } from '../intent/standing.ts'
import { lockOf, takeDeploymentLock } from '../lock/rows.ts'
import { makePlan } from '../plan/make.ts'
import { hashOf, type Plan, stageOf } from '../plan/plan.ts'
import { problemsOf } from '../plan/problems.ts'
import { genuineRefusal } from '../release/genuine.ts'
import { finishStart, startElsewhere } from './elsewhere.ts'
import { requireHooks } from './hooks.ts'
import { observe, requireNoPause, waitUntilNextLook } from './observe.ts'
import { perform } from './perform.ts'
import type { Run } from './run.ts'
import { isSkipped } from './states.ts'
import { readBeside, readTraffic } from './traffic.ts'

/** What is deployed is what was signed: read again from where it is kept. */
export async function validate(run: Run): Promise<void> {
  const { read } = run.deploys.store
  const stored = requireRelease(read, run.deployment.releaseId)
  const refused = genuineRefusal(read, run.deployment.kind, { stored, release: readRelease(run.deploys, stored) })
  if (refused !== undefined) throw refused
}

/** A return may have been accepted while a deployment was still cleaning up: then it waits here, until that one lets go. */
export async function lock(run: Run): Promise<void> {
  const begun = run.now
  while (run.deployment.term === 0) {
    const refused = await take(run)
    if (refused === undefined) return run.reload()
    if (run.now - begun >= visitMs) throw new DeployFailure('consistency', refused.message, { cause: refused })
    await run.sleepUntilChanged(lockOf(run.deploys.store.read, run.deployment, 'deployment')?.owner ?? run.id, 1000)
    requireNoPause(run)
  }
}

async function take(run: Run): Promise<HoldfastError | undefined> {
  const { deployment, deploys } = run
  try {
    await deploys.store.write((tx) => {
      const term = takeDeploymentLock(tx, deployment, { owner: run.id, reason: deployment.kind, now: run.now })
      changeDeployment(tx, run.id, { term })
    })
    return undefined
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
}

/** Makes the plan under the lock, so that what it was made from can no longer change. */
export async function checkResources(run: Run): Promise<object> {
  if (run.deployment.plan === undefined) await makePlanOf(run)
  return { approval: !isApproved(run.deployment) }
}

async function makePlanOf(run: Run): Promise<void> {
  const { deployment, deploys, deployer } = run
  const warmOnly = deployment.kind === 'rollback'
  const first = groundOf(deploys, deploys.store.read, { ...deployment, survey: null })
  const survey = warmOnly ? null : await run.race(deployer.survey(first.incoming, run.signal))
  const ground = { ...first, survey }
  const plan = makePlan(ground)
  requireExpected(plan, deployment.expectedPlan)
  requireSameTarget(plan, ground.serving?.fleet.release.target)
  if (!warmOnly) await requireHooks(run)
  if (!warmOnly && !isSkipped('CheckResources', deployment.startFrom)) {
    const [problem] = problemsOf(ground, plan)
    if (problem !== undefined) throw new DeployFailure(problem.class, problem.what, problem)
  }
  const planHash = hashOf(plan)
  await run.write((tx) => {
    const isFree = approvalsNeeded(tx, run.deployment) === 0
    changeDeployment(tx, run.id, { plan, planHash, ...(isFree ? { approvedPlan: planHash } : {}) })
  })
  run.reload()
  // On the way back nothing comes before the switch.
  if (!warmOnly) await readTraffic(run, 'begin')
}

function requireExpected(plan: Plan, expected: string | null): void {
  const hash = hashOf(plan)
  if (expected === null || expected === hash) return
  throw new DeployFailure(
    'consistency',
    `the plan that was agreed to (${expected}) no longer holds; now it is ${hash}`,
    {
      command: 'look at what changed: holdfast deploy FILE --plan; then: holdfast deploy FILE',
    },
  )
}

function requireSameTarget(plan: Plan, serving: string | undefined): void {
  if (serving === undefined || serving === plan.target) return
  throw new DeployFailure('user', `the release before runs on the target "${serving}", this one on "${plan.target}"`, {
    field: 'target',
    command: 'use another config for the other target, and move the traffic by yourself',
  })
}

export const makeRoom = (run: Run): Promise<void> => perform(run, stageOf(run.plan, 'MakeRoom'))
export const prepare = (run: Run): Promise<void> => perform(run, stageOf(run.plan, 'Prepare'))

/** Brings up the instances of the step, without traffic. */
export async function start(run: Run): Promise<object> {
  const { step } = run.progress
  await perform(run, stageOf(run.plan, 'Start', step))
  if (run.progress.awaitedSince === undefined) await run.remember({ awaitedSince: run.now })
  return { last: step === run.plan.steps.length - 1 }
}

/** As long as one visit to a waiting state lasts, so that the history shows that it lives. */
export const visitMs = 10_000

/** Until every instance that was started is healthy, or it is certain that one will not be. */
export async function checkHealth(run: Run): Promise<object> {
  const begun = run.now
  let watch: Watch = new Map()
  await finishStart(run)
  const traffic = readBeside(run)
  for (;;) {
    const { fleet, standing } = run.standings()
    const reading = await run.race(run.deployer.readHealth(fleet, run.signal))
    if (await startElsewhere(run, reading)) continue
    watch = watched(watch, reading, run.now)
    const question = { expected: runningOf(standing), reading, watch }
    const verdict = judgeStart(question)
    const elapsedMs = run.now - (run.progress.awaitedSince ?? begun)
    await observe(run, { ...question, traffic: traffic(), elapsedMs }, waitOf(verdict))
    if (verdict.kind === 'failed') throw healthFailure(verdict)
    if (verdict.kind === 'healthy') return { healthy: true }
    run.see(tellUnhealthy(question), reading.find(({ obstacle }) => obstacle !== undefined)?.obstacle)
    await waitUntilNextLook(run, pauseUntilNextReading(elapsedMs))
    if (run.now - begun >= visitMs) return { healthy: false }
  }
}

export function healthFailure({ what, obstacle }: Extract<HealthVerdict, { kind: 'failed' }>): DeployFailure {
  return obstacle === undefined
    ? new DeployFailure('health', what)
    : new DeployFailure(obstacle.class, what, { command: obstacle.command })
}

const waitOf = (verdict: HealthVerdict): string | undefined =>
  verdict.kind === 'waiting' ? describeWait(verdict) : undefined
