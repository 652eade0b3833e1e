/** The one gate of the control plane; what it refuses is told in the trail. */
import type { Refusals } from '../audit/index.ts'
import { type Gate, openGate, type RefusedCall } from '../outbound/index.ts'
import type { Configuration } from './configuration/schema.ts'

export const openControlPlaneGate = ({ outbound }: Configuration, refusals: Pick<Refusals, 'note'>): Gate =>
  openGate({ ...outbound, onRefused: (refused) => refusals.note(told(refused)) })

function told({ asker, host, code, why }: RefusedCall): Parameters<Refusals['note']>[0] {
  const { kind, id, connection } = asker
  const isExecution = kind === 'execution'
  return {
    action: 'outbound.refused',
    actor: { type: isExecution ? 'machine' : 'inbound', id: isExecution ? id : `${kind}/${id}`, via: 'api' },
    subject: { type: 'address', id: host },
    reason: code,
    details: { why, ...(connection === undefined ? {} : { connection }) },
    ...(isExecution ? { cause: { type: 'execution', id } as const } : {}),
  }
}
