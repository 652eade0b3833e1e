/** Beginning a deployment: its row in one transaction with its lock and its record, then its execution. */
import { type Actor, handsOf } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { HoldfastError, parseDuration, ulid } from '../../base/index.ts'
import { executionArn, startExecution, stateMachineArn } from '../../engine/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { protectionOf } from '../approval/rows.ts'
import { takeDeploymentLock } from '../lock/rows.ts'
import { type DeployInput, procedureName } from '../machine/names.ts'
import { systemActor } from '../machine/system.ts'
import type { StateName } from '../machine/states.ts'
import type { Release } from '../release/schemas.ts'
import { changeDeployment, type Deployment, type DeploymentKind, insertDeployment } from './rows.ts'

export type Beginning = {
  readonly actor: Actor
  readonly kind: DeploymentKind
  readonly release: Release
  readonly releaseId: string
  /** The fleet to go back to; its own unless told. */
  readonly fleet?: string
  readonly retryOf?: string
  readonly startFrom?: StateName | undefined
  readonly expectedPlan?: string | undefined
  /** Accepted while another one is still cleaning up: the lock is taken by the machine. */
  readonly waitForLock?: boolean
}

export const newDeploymentId = (deploys: Deploys): string =>
  `dep_${ulid(deploys.clock.now(), deploys.randomBytes).toLowerCase()}`

/** @throws HoldfastError deploy.locked, deploy.lock_settling */
export function beginDeployment(deploys: Deploys, tx: Transaction, beginning: Beginning): string {
  const { actor, kind, release, releaseId, retryOf, startFrom, expectedPlan, waitForLock = false } = beginning
  const { project, config, target } = release
  const [id, now] = [newDeploymentId(deploys), deploys.clock.now()]
  const term = waitForLock ? 0 : takeDeploymentLock(tx, release, { owner: id, reason: kind, now })
  insertDeployment(tx, {
    id,
    project,
    config,
    target,
    kind,
    releaseId,
    fleet: beginning.fleet ?? id,
    term,
    requestedBy: { type: actor.type, id: actor.id, via: actor.via },
    requesterHands: handsOf(tx, actor, now),
    createdAt: now,
    deadlineAt: now + parseDuration(release.timeout),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(startFrom === undefined ? {} : { startFrom }),
    ...(expectedPlan === undefined ? {} : { expectedPlan }),
    approvalsNeeded: kind === 'deploy' ? (protectionOf(tx, release)?.approvals ?? 0) : 0,
  })
  nameExecution(deploys, tx, { id, target, run: 1 })
  appendRecord(tx, {
    at: now,
    actor,
    action: 'deploy.start',
    subject: { type: 'deployment', id },
    change: { project, config, kind, release: releaseId, retryOf },
    ...causeOf(actor),
  })
  return id
}

/** Machines and the system say why they act; of a person it is the person. */
export function causeOf(actor: Actor): { readonly cause?: Cause } {
  return actor.type === 'machine' || actor.type === 'system' ? { cause: { type: 'execution', id: actor.id } } : {}
}

/** The name is decided before the execution is started, so that whoever finds none knows which one to start. */
export function nameExecution(
  deploys: Deploys,
  tx: Transaction,
  { id, target, run }: Pick<Deployment, 'id' | 'target' | 'run'>,
): string {
  const arn = executionArn(deploys.engine().account, procedureName(target), `${id}-${run}`)
  changeDeployment(tx, id, { run, executionArn: arn })
  return arn
}

/** Safe to repeat: an execution of this name is the same one. */
export async function startMachine(
  deploys: Deploys,
  deployment: Deployment,
  course: DeployInput['course'],
): Promise<void> {
  const { id, target, run, kind, requestedBy } = deployment
  const engine = deploys.engine()
  const input: DeployInput = { deployment: id, kind, course }
  const stateMachine = stateMachineArn(engine.account, procedureName(target))
  const request = { stateMachineArn: stateMachine, name: `${id}-${run}`, input: JSON.stringify(input) }
  try {
    await startExecution(engine, systemActor, request, { type: 'human', id: requestedBy.id })
  } catch (error) {
    // The janitor was quicker, and so was the execution.
    if (!(error instanceof HoldfastError) || error.code !== 'execution.exists') throw error
  }
}
