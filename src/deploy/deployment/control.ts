/** What halt, pause and resume have in common. */
import type { Actor } from '../../access/index.ts'
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { type Deployment, requireDeployment } from './rows.ts'
import { causeOf } from './start.ts'

/** The deployment, if it can still be told something. @throws HoldfastError deploy.deployment_missing, deploy.ended, deploy.committed */
export function requireGoing(tx: Transaction, id: string): Deployment {
  const deployment = requireDeployment(tx, id)
  if (deployment.endedAt !== null) {
    throw deployError('deploy.ended', `${id} has ended: ${deployment.status}`, { place: 'id' })
  }
  if (deployment.committedAt !== null) {
    throw deployError('deploy.committed', `${id} has put its release in charge`, { place: 'id' })
  }
  return deployment
}

export type Told = {
  readonly actor: Actor
  readonly id: string
  readonly action: 'deploy.halt' | 'deploy.pause' | 'deploy.resume'
  readonly reason: string | undefined
}

export function noteTold(deploys: Deploys, tx: Transaction, { actor, id, action, reason }: Told): void {
  appendRecord(tx, {
    at: deploys.clock.now(),
    actor,
    action,
    subject: { type: 'deployment', id },
    ...(reason === undefined ? {} : { change: { reason } }),
    ...causeOf(actor),
  })
}
