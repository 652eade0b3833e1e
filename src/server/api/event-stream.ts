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

/** A comment this often keeps the connection from looking dead to whatever stands between. */
const heartbeatMs = 15_000
type Stream = { readonly response: ServerResponse; readonly clock: Clock; readonly signal: AbortSignal }

/**
 * Sends the events of `run` until it resolves or the signal fires; `send` resolves when the reader can take more. Never rejects:
 * a failure amid the stream is told by `fail`, and the stream ends without a last event, so that the reader comes back.
 */
export async function streamEvents(
  { response, clock, signal }: Stream,
  run: (send: (event: StreamEvent) => Promise<void>, signal: AbortSignal) => Promise<void>,
  fail: (error: unknown) => void,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies must pass each event on at once.
    'x-accel-buffering': 'no',
  })
  const write = async (text: string): Promise<void> => {
    if (!signal.aborted && !response.write(text)) await drained(response, signal)
  }
  const stopHeartbeat = every(clock, heartbeatMs, () => {
    // A reader that does not even take what is written would be sent ever more, with one more to wait for it each time.
    if (!response.writableNeedDrain) void write(': alive\n\n')
  })
  try {
    await write('retry: 1000\n\n')
    await run((event) => write(printEvent(event)), signal)
  } catch (error) {
    if (!signal.aborted) fail(error)
  } finally {
    stopHeartbeat()
    response.end()
  }
}

/** When the reader has taken what was written, has gone, or the server closes. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  // An abort is no failure here: who writes next sees it.
  await once(response, 'drain', { signal }).catch(() => {})
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
