import type { Event } from '../../asl/index.ts'
import type { ExpressEnd } from '../express/express.ts'

/** How an express child of a Map Run ends by an event from outside; undefined for what is nothing to it. */
export function endFromOutside(event: Event, at: number): ExpressEnd | undefined {
  if (event.kind === 'fault') return { status: 'failed', at, error: 'States.Runtime', cause: event.cause }
  if (event.kind !== 'stop') return undefined
  const { error, cause } = event
  return {
    status: 'aborted',
    at,
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  }
}
