/** Which optimized integration a resource names. */
import type { TaskResource } from '../asl/index.ts'

/** Takes `service:action`, as a request or waiting for its task token; never `.sync`, which these do not know. */
export function handlesService(service: string, action: string): (resource: TaskResource) => boolean {
  return (resource) =>
    resource.kind === 'service' &&
    resource.resourceType === service &&
    resource.action === action &&
    (resource.pattern === 'request' || resource.pattern === 'token')
}
