/** Server-sent events: one answer that goes on until there is nothing more to tell. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../base/index.ts'

export type StreamEvent = {
  /** Where the reader is after this event; sent back as Last-Event-ID when it reconnects. */
  readonly id?: string
  readonly event: string
  /** JSON text in one line. */
  readonly data: string
}

/** Events as they go over the wire: printed once, sent to all who watch the same thing. */
export type PrintedEvents = Uint8Array
/** Resolves when the reader can take more. */
export type Send = (events: PrintedEvents) => Promise<void>

/** A comment this often keeps the connection from looking dead to whatever stands between. */
const heartbeatMs = 15_000
/** A reader that takes nothing for so long is hung up on, or what waits for it would be kept for ever; it comes back where it was. */
const patienceMs = 60_000
type Stream = { readonly response: ServerResponse; readonly clock: Clock; readonly signal: AbortSignal }

export const printEvents = (events: readonly StreamEvent[]): PrintedEvents =>
  Buffer.from(events.map(printEvent).join(''))

/**
 * Sends the events of `run` until it resolves or the signal fires. Never rejects: a failure amid the stream is told by `fail`, and the
 * stream ends without a last event, so that the reader comes back.
 */
export async function streamEvents(
  { response, clock, signal }: Stream,
  run: (send: Send, signal: AbortSignal) => Promise<void>,
  fail: (error: unknown) => void,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies must pass each event on at once.
    'x-accel-buffering': 'no',
  })
  const write = async (text: string | Uint8Array): Promise<void> => {
    if (!signal.aborted && !response.write(text)) await drained({ response, clock, signal })
  }
  const stopHeartbeat = every(clock, heartbeatMs, () => {
    // A reader that does not even take what is written would be sent ever more, with one more to wait for it each time.
    if (!response.writableNeedDrain) void write(': alive\n\n')
  })
  try {
    await write('retry: 1000\n\n')
    await run(write, signal)
  } catch (error) {
    if (!signal.aborted) fail(error)
  } finally {
    stopHeartbeat()
    response.end()
  }
}

/** When the reader has taken what was written, has gone, was given up, or the server closes. */
async function drained({ response, clock, signal }: Stream): Promise<void> {
  const giveUp = clock.alarm(clock.now() + patienceMs, () => response.destroy())
  // An abort is no failure here: who writes next sees it.
  await once(response, 'drain', { signal }).catch(() => {})
  giveUp()
}

function printEvent({ id, event, data }: StreamEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`
}

function every(clock: Clock, ms: number, act: () => void): () => void {
  const ring = (): void => {
    act()
    cancel = clock.alarm(clock.now() + ms, ring)
  }
  let cancel = clock.alarm(clock.now() + ms, ring)
  return () => cancel()
}
