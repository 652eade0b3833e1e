import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { printEvents, streamEvents } from './event-stream.ts'

/** A stream of server-sent events over a real connection, to a reader that takes nothing until it is told to. */
async function withStream(
  act: (world: { response: ServerResponse; clock: VirtualClock; read: () => Promise<string> }) => Promise<void>,
  run: Parameters<typeof streamEvents>[1],
): Promise<void> {
  const clock = new VirtualClock()
  const opened = Promise.withResolvers<ServerResponse>()
  const stop = new AbortController()
  const server = createServer((_request, response) => {
    opened.resolve(response)
    response.once('close', () => stop.abort())
    void streamEvents({ response, clock, signal: stop.signal }, run, () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const reader = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
  reader.pause().write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const read = async (): Promise<string> => {
    let text = ''
    for await (const chunk of reader) text += String(chunk)
    return text
  }
  try {
    await act({ response: await opened.promise, clock, read })
  } finally {
    stop.abort()
    reader.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('a stream of events', () => {
  it('sends nothing more, and waits but once, while its reader takes nothing', async () => {
    const flood = 'x'.repeat(32 * 1024 * 1024)
    const done = Promise.withResolvers<void>()
    await withStream(
      async ({ response, clock, read }) => {
        while (!response.writableNeedDrain) await new Promise(setImmediate)
        const held = response.writableLength
        clock.advanceBy(59_000)
        expect(response.listenerCount('drain')).toBe(1)
        expect(response.writableLength).toBe(held)
        const text = read()
        await done.promise
        expect(await text).toContain('data: last')
      },
      async (send) => {
        await send(printEvents([{ event: 'flood', data: flood }]))
        await send(printEvents([{ event: 'end', data: 'last' }]))
        done.resolve()
      },
    )
  })

  it('hangs up on a reader that takes nothing for a minute, and keeps nothing for it', async () => {
    const done = Promise.withResolvers<void>()
    await withStream(
      async ({ response, clock }) => {
        while (!response.writableNeedDrain) await new Promise(setImmediate)
        clock.advanceBy(60_000)
        expect(response.destroyed).toBe(true)
        await done.promise
        await expect.poll(() => clock.nextAlarm()).toBeUndefined()
      },
      async (send, signal) => {
        await send(printEvents([{ event: 'flood', data: 'x'.repeat(32 * 1024 * 1024) }]))
        // What it is sent after that goes nowhere.
        if (!signal.aborted) await send(printEvents([{ event: 'end', data: 'last' }]))
        done.resolve()
      },
    )
  })

  it('tells now and then that it is alive', async () => {
    const quiet = Promise.withResolvers<void>()
    await withStream(
      async ({ clock, read }) => {
        const text = read()
        clock.advanceBy(30_000)
        quiet.resolve()
        expect((await text).match(/: alive/g)).toHaveLength(2)
      },
      () => quiet.promise,
    )
  })
})
