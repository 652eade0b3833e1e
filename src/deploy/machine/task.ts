/** Entering and leaving a state: what every task of the machine has in common. */
import { z } from 'zod'
import { type TaskContext, type TaskFunction, task } from '../../engine/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { changeDeployment, type Deployment, type Progress, requireDeployment } from '../deployment/rows.ts'
import { noteVisit } from '../deployment/visits.ts'
import { diagnose, failureFrom, Steered, steering } from '../failure.ts'
import { halted, holdLock, Run } from './run.ts'
import { type ForwardState, forwardStates, isOfStep, type StateName } from './states.ts'

export const machineInput = z.looseObject({ deployment: z.string() })

/** What a state does. What it returns is the state's result. */
export type Work = (run: Run) => Promise<object | void>

/** On the way forward: a halt interrupts it, a pause stops before it, and its failure is remembered for the diagnosis. */
export function forward(deploys: Deploys, state: ForwardState, work: Work): TaskFunction {
  return taskOf(deploys, state, true, work)
}

/** After the commit, or on the way back: nothing interrupts it. */
export function steadfast(deploys: Deploys, state: StateName, work: Work): TaskFunction {
  return taskOf(deploys, state, false, work)
}

function taskOf(deploys: Deploys, state: StateName, interruptible: boolean, work: Work): TaskFunction {
  return task(machineInput, async ({ deployment: id }, context) => {
    const deployment = await enter(deploys, { id, state, context, interruptible })
    const run = new Run({ deploys, deployment, context, interruptible })
    try {
      return (await work(run)) ?? {}
    } catch (thrown) {
      throw await remembered(run, state, thrown)
    } finally {
      run.end()
    }
  })
}

type Entering = {
  readonly id: string
  readonly state: StateName
  readonly context: TaskContext
  readonly interruptible: boolean
}

/** @throws Steered when a person wants something else, or another execution has taken over */
async function enter(deploys: Deploys, entering: Entering): Promise<Deployment> {
  const { id, state, context, interruptible } = entering
  const found = await deploys.store.write((tx) => {
    const deployment = requireDeployment(tx, id)
    requireOwn(deployment, context)
    if (deployment.term > 0) holdLock(tx, deployment, deploys.clock.now())
    return interruptible ? step(deploys, tx, deployment, state) : stay(tx, deployment, state, deploys.clock.now())
  })
  if (found.kind === 'halted') throw halted(found.deployment)
  if (found.kind === 'paused') throw new Steered(steering.paused, found.deployment.controlReason ?? 'paused')
  return found.deployment
}

/** An execution that was taken over may still have a task under way. */
function requireOwn({ executionArn, endedAt, id }: Deployment, context: TaskContext): void {
  if (executionArn === context.executionArn && endedAt === null) return
  throw new Steered(steering.lockLost, `${id} is no longer the business of this execution`)
}

type Entered = { readonly kind: 'in' | 'paused' | 'halted'; readonly deployment: Deployment }

function step(deploys: Deploys, tx: Transaction, deployment: Deployment, state: StateName): Entered {
  if (deployment.control === 'halt') return { kind: 'halted', deployment }
  if (deployment.control === 'run') return stay(tx, deployment, state, deploys.clock.now())
  const progress = { ...deployment.progress, resumeAt: state }
  const pausedAt = deployment.pausedAt ?? deploys.clock.now()
  changeDeployment(tx, deployment.id, { status: 'paused', pausedAt, progress, state: 'Paused' })
  return { kind: 'paused', deployment }
}

/** States that are run once for each step say which, where there are several. */
function stepIn(state: StateName, { plan, progress }: Deployment): number | null {
  return plan !== undefined && plan.steps.length > 1 && isOfStep(state) ? progress.step : null
}

function stay(tx: Transaction, deployment: Deployment, state: StateName, enteredAt: number): Entered {
  const progress = isForwardState(state) ? arrivedAt(state, deployment.progress) : deployment.progress
  changeDeployment(tx, deployment.id, { state, progress })
  noteVisit(tx, deployment.id, { state, step: stepIn(state, deployment), run: deployment.run, enteredAt })
  return { kind: 'in', deployment: { ...deployment, state, progress } }
}

/** A failure that was overcome explains nothing that comes after it. */
function arrivedAt(state: StateName, progress: Progress): Progress {
  if (progress.lastState === state) return progress
  const { lastFailure: _overcome, ...others } = progress
  return { ...others, lastState: state }
}

/** The failure, kept where the diagnosis finds it: the machine itself carries no more than a name and a text. */
async function remembered(run: Run, state: StateName, thrown: unknown): Promise<Error> {
  if (thrown instanceof Steered) return steeredFrom(run, state, thrown)
  const failure = failureFrom(thrown)
  if (run.context.signal.aborted) return failure
  try {
    await run.remember({ lastFailure: diagnose(failure, state, run.id) })
  } catch (also) {
    // The lock went while the failure was on its way: then it is for whoever has it now.
    if (also instanceof Steered) return also
    throw also
  }
  return failure
}

/** A pause that was noticed in the middle of a state comes back to this state. */
async function steeredFrom(run: Run, state: StateName, steered: Steered): Promise<Error> {
  if (steered.name !== steering.paused) return steered
  const pausedAt = run.deployment.pausedAt ?? run.now
  await run.remember({ resumeAt: state }, (tx) =>
    changeDeployment(tx, run.id, { status: 'paused', pausedAt, state: 'Paused' }),
  )
  return steered
}

export const isForwardState = (name: string): name is ForwardState => forwardStates.some((state) => state === name)
