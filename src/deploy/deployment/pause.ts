import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import { noteTold, requireGoing } from './control.ts'
import { changeDeployment } from './rows.ts'

export const pauseRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  reason: z.string().min(1).max(500).default('paused on request'),
})
export type PauseRequest = z.input<typeof pauseRequestSchema>

/**
 * Stops a deployment where it is, with the traffic as it is, until `resume` or `halt`. A call that is under way is finished
 * first; a wait ends at once. The time of the pause does not count against its timeout.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.ended, deploy.committed
 */
export async function pauseDeployment(deploys: Deploys, actor: Actor, request: PauseRequest): Promise<void> {
  const { id, reason } = parseRequest(pauseRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'deploy.pause', id)
  await deploys.store.write((tx) => {
    const { control, course } = requireGoing(tx, id)
    if (control !== 'run' || course !== 'forward') return
    changeDeployment(tx, id, { control: 'pause', controlReason: reason })
    noteTold(deploys, tx, { actor, id, action: 'deploy.pause', reason })
  })
  deploys.signals.wake(id)
}
