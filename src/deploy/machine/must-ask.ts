/** Whether a deployment that failed may be taken back without a person. */
import type { Deploys } from '../deploys.ts'
import { readRelease, requireRelease } from '../deployment/fleet.ts'
import type { Deployment } from '../deployment/rows.ts'
import { intentsOfDeployment } from '../intent/rows.ts'
import { movesTraffic } from '../intent/standing.ts'
import type { Queries } from '../sql.ts'

/** A release marked forward-only, of which something was done that the former version may not live with. */
export function mustAsk(deploys: Deploys, queries: Queries, deployment: Deployment): boolean {
  const { rollback } = readRelease(deploys, requireRelease(queries, deployment.releaseId))
  if (rollback === 'automatic' || deployment.kind !== 'deploy') return false
  const { hooksDone, hookFailures = 0, shiftedAt, step } = deployment.progress
  const moved = shiftedAt !== undefined || step > 0
  const moving = intentsOfDeployment(queries, deployment.id).some(movesTraffic)
  return hooksDone.length > 0 || hookFailures > 0 || moved || moving
}
