import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import { noteTold, requireGoing } from './control.ts'
import { changeDeployment } from './rows.ts'

export const haltRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  reason: z.string().min(1).max(500).default('halted on request'),
})
export type HaltRequest = z.input<typeof haltRequestSchema>

/**
 * Stops a deployment wherever it is and takes back what it did. Resolves once that is durable; halting twice is no error.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.ended, deploy.committed
 */
export async function haltDeployment(deploys: Deploys, actor: Actor, request: HaltRequest): Promise<void> {
  const { id, reason } = parseRequest(haltRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'deploy.halt', id)
  await deploys.store.write((tx) => {
    const { control, course } = requireGoing(tx, id)
    // What is on its way back already needs no word.
    if (control === 'halt' || course !== 'forward') return
    changeDeployment(tx, id, { control: 'halt', controlReason: reason, status: 'running' })
    noteTold(deploys, tx, { actor, id, action: 'deploy.halt', reason })
  })
  deploys.signals.wake(id)
}
