/** Every route of our own API. Documentation, authorization tables and the server are made from this list. */
import { executionRoutes } from './executions.ts'
import { hostRoutes } from './hosts.ts'
import { machineRoutes } from './machines.ts'
import { platformRoutes } from './platform.ts'
import type { Route } from './route.ts'
import { trailRoutes } from './trail.ts'

export const routes: readonly Route[] = [...machineRoutes, ...executionRoutes, ...hostRoutes, ...trailRoutes, ...platformRoutes]

/** The methods that a path can be called with; none when there is nothing at it. */
export function methodsOf(path: string): readonly string[] {
  return patterns.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : []))
}

const patterns = routes.map(({ path, method }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
}))
