/** Every route of our own API. Documentation, authorization tables and the server are made from this list. */
import { activityRoutes } from './activities.ts'
import { approvalRoutes } from './approvals.ts'
import { connectionRoutes } from './connections.ts'
import { deploymentRoutes } from './deployments.ts'
import { executionRoutes } from './executions.ts'
import { hostRoutes } from './hosts.ts'
import { keyRoutes } from './keys.ts'
import { lockRoutes } from './locks.ts'
import { logRoutes } from './logs.ts'
import { loginRoutes } from './logins.ts'
import { machineRoutes } from './machines.ts'
import { mapRunRoutes } from './map-runs.ts'
import { passkeyRoutes } from './passkeys.ts'
import { peopleRoutes } from './people.ts'
import { placeRoutes } from './places.ts'
import { platformRoutes } from './platform.ts'
import { releaseRoutes } from './releases.ts'
import { revisionRoutes } from './revisions.ts'
import { rollbackRoutes } from './rollbacks.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './sessions.ts'
import { tokenRoutes } from './tokens.ts'
import { signInRoutes } from './sign-in.ts'
import { signOnRoutes } from './sign-on.ts'
import { trailRoutes } from './trail.ts'
import { trialRoutes } from './trials.ts'
import { versionRoutes } from './versions.ts'

export const routes: readonly Route[] = [
  ...machineRoutes,
  ...trialRoutes,
  ...revisionRoutes,
  ...versionRoutes,
  ...executionRoutes,
  ...mapRunRoutes,
  ...activityRoutes,
  ...connectionRoutes,
  ...deploymentRoutes,
  ...approvalRoutes,
  ...rollbackRoutes,
  ...placeRoutes,
  ...releaseRoutes,
  ...keyRoutes,
  ...lockRoutes,
  ...logRoutes,
  ...hostRoutes,
  ...signInRoutes,
  ...passkeyRoutes,
  ...signOnRoutes,
  ...loginRoutes,
  ...sessionRoutes,
  ...peopleRoutes,
  ...tokenRoutes,
  ...trailRoutes,
  ...platformRoutes,
]

/** The methods that a path can be called with; none when there is nothing at it. */
export function methodsOf(path: string): readonly string[] {
  return patterns.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : []))
}

const patterns = routes.map(({ path, method }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
}))
