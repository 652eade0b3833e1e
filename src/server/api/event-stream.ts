/** Server-sent events: one answer that goes on until there is nothing more to tell. */
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
/** A reader that falls behind by this much is cut off; it reconnects and resumes after the last event it got. */
const maxUnreadBytes = 8 * 1024 * 1024

/**
 * Sends the events of `run` until it resolves or the signal fires. Never rejects: a failure amid the stream is told by `fail`
 * and the stream ends without a last event, so that the reader comes back.
 */
export async function streamEvents(
  {
    response,
    clock,
    signal,
  }: { readonly response: ServerResponse; readonly clock: Clock; readonly signal: AbortSignal },
  run: (send: (event: StreamEvent) => void, signal: AbortSignal) => Promise<void>,
  fail: (error: unknown) => void,
): Promise<void> {
  const tooSlow = new AbortController()
  const ended = AbortSignal.any([signal, tooSlow.signal])
  const write = (text: string): void => {
    if (ended.aborted) return
    response.write(text)
    if (response.writableLength > maxUnreadBytes) tooSlow.abort()
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies must pass each event on at once.
    'x-accel-buffering': 'no',
  })
  write('retry: 1000\n\n')
  const stopHeartbeat = every(clock, heartbeatMs, () => write(': alive\n\n'))
  try {
    await run((event) => write(printEvent(event)), ended)
  } catch (error) {
    if (!ended.aborted) fail(error)
  } finally {
    stopHeartbeat()
    if (tooSlow.signal.aborted) response.destroy()
    else response.end()
  }
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
