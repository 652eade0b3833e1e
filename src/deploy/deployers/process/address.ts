/** What a route answers to, one host and path at a time. Pure. */
import { createHash } from 'node:crypto'

/** Unique on an edge: no two routes may have the same. `/api/` and `/api` take the same requests. */
export const addressOf = (host: string, path: string): string => `${host}${trimmed(path)}`

const trimmed = (path: string): string => (path.endsWith('/') && path.length > 1 ? path.slice(0, -1) : path)

export function addressesOf(route: { readonly hosts: readonly string[]; readonly pathPrefix?: string }): string[] {
  return route.hosts.map((host) => addressOf(host, route.pathPrefix ?? '/'))
}

/** The longest id that an edge takes, with the place before it. */
const longestId = 200

/**
 * An edge keeps what it knows of a target (that it is proven, what it has under way) under the route's id. So the id hangs on
 * nothing that a release may change but the address: then the switch moves traffic between targets it knows already.
 */
export function routeId(place: { readonly project: string; readonly config: string }, address: string): string {
  const room = longestId - place.project.length - place.config.length - 2
  if (address.length <= room) return address
  return createHash('sha256').update(address).digest('hex').slice(0, Math.min(32, room))
}
