/** Why a request did not come to an answer. */
import { HoldfastError } from '../base/index.ts'

export const outboundErrors = {
  'outbound.refused': 'the address lies in a range that is not called unless the configuration allows it',
  'outbound.unreachable': 'the name has no address, or nobody answers there',
  'outbound.timeout': 'no whole answer came in time',
  'outbound.redirects': 'the answer sends on too often, or to where the request may not go',
} as const

export type OutboundCode = keyof typeof outboundErrors

export class OutboundFault extends HoldfastError {
  declare readonly code: OutboundCode
}

export function refused(host: string, what: string, about: Readonly<Record<string, string>> = {}): OutboundFault {
  return new OutboundFault('outbound.refused', `${host} is not called: ${what}`, {
    kind: 'forbidden',
    about: { why: what, ...about },
    place: host,
    accepted: 'public addresses over https, and what outbound.allow of the configuration lists',
    repair: `if it is meant to be called, add ${JSON.stringify(host)} to outbound.allow`,
  })
}

export function unreachable(host: string, cause: unknown): OutboundFault {
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(Object(cause).code ?? cause)
  return new OutboundFault('outbound.unreachable', `${host} cannot be reached: ${reason}`, {
    kind: 'unavailable',
    place: host,
    cause,
  })
}

export function timedOut(host: string, ms: number): OutboundFault {
  return new OutboundFault('outbound.timeout', `${host} did not answer within ${ms} ms`, {
    kind: 'unavailable',
    place: host,
  })
}

/** An answer sends on to where the request may not go. */
export function refusedRedirect(host: string, to: string, why: string): OutboundFault {
  return new OutboundFault('outbound.redirects', `${host} ${why}`, {
    ...{ kind: 'unavailable', retryable: false, place: host },
    about: { why: `sent on to ${to}, where it may not go` },
  })
}

export function badRedirect(host: string, reason: string): OutboundFault {
  return new OutboundFault('outbound.redirects', `${host} ${reason}`, {
    kind: 'unavailable',
    retryable: false,
    place: host,
  })
}
