import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Client } from './client.ts'
import { Live, type LiveState } from './live.ts'

type Connection = {
  readonly after: string | null
  send(text: string): void
  /** The network is gone and says so. */
  cut(): void
  readonly isLeft: () => boolean
}

let connections: Connection[]
let states: LiveState[]
let heard: string[]
let returns: number
let live: Live

/** A server that answers each request for a stream with a connection of its own. */
function answer(_path: unknown, init?: RequestInit): Promise<Response> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  let isLeft = false
  writer.closed.catch(() => (isLeft = true))
  init?.signal?.addEventListener('abort', () => (isLeft = true))
  connections.push({
    after: new Headers(init?.headers).get('last-event-id'),
    send: (text) => void writer.write(new TextEncoder().encode(text)),
    cut: () => void writer.abort(new Error('cut')),
    isLeft: () => isLeft,
  })
  return Promise.resolve(new Response(readable))
}

beforeEach(() => {
  vi.useFakeTimers()
  ;[connections, states, heard, returns] = [[], [], [], 0]
  vi.stubGlobal('fetch', vi.fn(answer))
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  vi.stubGlobal('addEventListener', () => {})
  live = new Live(
    new Client({ read: () => 'key', write: () => {} }, () => {
      throw new Error('nobody is signed out here')
    }),
  )
  live.subscribe(() => states.push(live.state))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const follow = (): (() => void) =>
  live.follow({
    path: '/v1/trail/changes',
    onEvent: ({ data }) => heard.push(data),
    onReturn: () => returns++,
  })
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

it('a connection that is cut is shown as lost, taken up after what was told, and what was missed is read anew', async () => {
  follow()
  await pass(0)
  connections[0]?.send('id: 7\nevent: changes\ndata: one\n\n')
  await pass(0)
  expect(live.state).toBe('live')
  connections[0]?.cut()
  await pass(0)
  expect(live.state).toBe('lost')
  await pass(500)
  expect(live.state).toBe('live')
  expect(connections.map(({ after }) => after)).toEqual([null, '7'])
  expect([heard, returns]).toEqual([['one'], 1])
})

it('a server that is silent for longer than its heartbeats allow is lost, though the network says nothing', async () => {
  follow()
  await pass(0)
  for (let beat = 0; beat < 4; beat++) {
    await pass(15_000)
    connections[0]?.send(': alive\n\n')
  }
  await pass(30_000)
  expect(states).toEqual(['live'])
  await pass(6000)
  expect(states).toEqual(['live', 'lost', 'live'])
  expect(connections[0]?.isLeft()).toBe(true)
  expect(connections).toHaveLength(2)
})

it('a page has one connection: what it follows takes the place of the trail, and gives it back', async () => {
  live.follow({ path: '/v1/trail/changes', onEvent: () => {} }, { underneath: true })
  await pass(0)
  const leave = follow()
  await pass(0)
  expect(connections.map(({ isLeft }) => isLeft())).toEqual([true, false])
  leave()
  await pass(0)
  expect(connections.map(({ isLeft }) => isLeft())).toEqual([true, true, false])
})
