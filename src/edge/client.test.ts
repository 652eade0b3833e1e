import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../base/index.ts'
import { EdgeClient } from './client.ts'
import type { EdgeEvent } from './contract.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** An edge that streams what the test says. */
async function streaming(begin: (stream: ServerResponse, server: Server) => void): Promise<EdgeClient> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'))
  const socketPath = join(folder, 'admin.sock')
  const server = createServer((_, response) => begin(response, server))
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  ends.push(() => {
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  })
  return new EdgeClient({ socketPath, clock: new VirtualClock() })
}

const served = { id: 1, at: 0, kind: 'worker_serving', pid: 7 } as const
const line = (event: EdgeEvent): string => `${JSON.stringify(event)}\n`

async function read(edge: EdgeClient, signal: AbortSignal, each: (event: EdgeEvent) => void): Promise<EdgeEvent[]> {
  const seen: EdgeEvent[] = []
  for await (const event of edge.events({ signal })) {
    seen.push(event)
    each(event)
  }
  return seen
}

describe('who follows the events of an edge', () => {
  const never = new AbortController().signal

  it('reads whole ones, however they are cut on the way', async () => {
    const text = line(served) + line({ ...served, id: 2 })
    const edge = await streaming((stream) => {
      stream.write(text.slice(0, 20))
      setImmediate(() => stream.write(text.slice(20)))
    })
    const stop = new AbortController()
    expect(await read(edge, stop.signal, ({ id }) => id === 2 && stop.abort())).toEqual([served, { ...served, id: 2 }])
  })

  it('is told when the edge dies in the middle', async () => {
    const edge = await streaming((stream, server) => stream.write(line(served), () => server.closeAllConnections()))
    await expect(read(edge, never, () => {})).rejects.toMatchObject({ code: 'edge.unreachable' })
  })

  it('is told when the edge ends in order', async () => {
    const edge = await streaming((stream) => stream.end(line(served)))
    await expect(read(edge, never, () => {})).rejects.toMatchObject({ code: 'edge.unreachable' })
  })

  it('ends when it no longer wants to, though nothing comes', async () => {
    const stop = new AbortController()
    const edge = await streaming((stream) => {
      stream.flushHeaders()
      setImmediate(() => stop.abort())
    })
    expect(await read(edge, stop.signal, () => {})).toEqual([])
  })
})
