/** Who starts and looks at executions on behalf of deployments. */
import type { Actor } from '../../access/index.ts'

export const systemActor: Actor = { type: 'system', id: 'deploy', via: 'api' }
