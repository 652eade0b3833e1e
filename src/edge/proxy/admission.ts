/** Whether a request is taken on at all, and for which route. */
import type { IncomingMessage } from 'node:http'
import type { EdgeCause } from '../contract.ts'
import type { Peer } from '../decide/headers.ts'
import { clientAddress } from '../decide/client-address.ts'
import { inspectRequest, type RequestFacts } from '../decide/inspect.ts'
import type { AccessLog } from './access-log.ts'
import type { EdgeMachine } from '../machine.ts'
import type { LiveRoute } from './live-route.ts'
import type { LiveRoutes } from './live-routes.ts'

/** What every exchange of a worker shares. */
export type ProxyWorld = {
  readonly machine: EdgeMachine
  readonly routes: LiveRoutes
  readonly accessLog: AccessLog
  readonly isTrusted: (address: string) => boolean
  /** The worker hands over to its successor: kept connections are closed after their next answer. */
  readonly isLeaving: () => boolean
  readonly newRequestId: () => string
  /** An answer named another release: look at the target now. */
  readonly suspect: (route: LiveRoute, target: LiveRoute['targets'][number]) => void
}

export type Refusal = {
  readonly cause: EdgeCause
  readonly route?: LiveRoute
  readonly status?: number
  readonly message?: string
  readonly retryAfterSeconds?: number
}

export type Admission = {
  readonly requestId: string
  readonly client: string
  readonly peer: Peer
} & ({ readonly refused: Refusal; readonly facts?: RequestFacts } | Admitted)

export type Admitted = { readonly refused?: undefined; readonly facts: RequestFacts; readonly route: LiveRoute }

export type Door = { readonly proto: 'http' | 'https'; readonly port: number }

export function admit(world: ProxyWorld, request: IncomingMessage, door: Door): Admission {
  const peer = peerOf(world, request, door)
  const inspected = inspectRequest({
    method: request.method ?? '',
    target: request.url ?? '',
    httpVersion: request.httpVersion,
    rawHeaders: request.rawHeaders,
  })
  if (inspected.kind === 'refused') {
    return { requestId: world.newRequestId(), client: peer.address, peer, refused: { cause: inspected.cause } }
  }
  const who = {
    requestId: inspected.requestId ?? world.newRequestId(),
    client: clientAddress(peer.address, inspected.forwardedFor, world.isTrusted),
    peer,
  }
  const route = world.routes.match(inspected.host, inspected.path)
  if (route === undefined) return { ...who, facts: inspected, refused: { cause: 'no_route' } }
  const refused = refuseByRoute(route, inspected)
  return refused === undefined ? { ...who, facts: inspected, route } : { ...who, facts: inspected, refused }
}

function refuseByRoute(route: LiveRoute, facts: RequestFacts): Refusal | undefined {
  const { maintenance, limits } = route.spec
  if (maintenance.on) {
    return {
      cause: 'maintenance',
      route,
      status: maintenance.status,
      message: maintenance.message,
      retryAfterSeconds: 30,
    }
  }
  if (limits.headerBytes > 0 && facts.headerBytes > limits.headerBytes) return { cause: 'headers_too_large', route }
  const { body } = facts
  if (limits.bodyBytes > 0 && body.kind === 'sized' && body.bytes > limits.bodyBytes) {
    return { cause: 'body_too_large', route }
  }
  if (limits.connections > 0 && route.inFlight >= limits.connections) {
    return { cause: 'too_many_requests_open', route, retryAfterSeconds: 1 }
  }
  const wait = route.takeTurn()
  return wait === undefined ? undefined : { cause: 'rate_limited', route, retryAfterSeconds: wait }
}

function peerOf(world: ProxyWorld, { socket }: IncomingMessage, { proto, port }: Door): Peer {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return { address, trusted: world.isTrusted(address), proto, port }
}
