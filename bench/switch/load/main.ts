/** The load, in a process of its own: what it measures must not wait for the benchmark's own work. */
import { Books } from './books.ts'
import { StreamClient } from './event-stream.ts'
import type { FromLoad, ToLoad } from './messages.ts'
import { Requester } from './requester.ts'
import { SocketClient } from './web-socket.ts'

const tellEveryMs = 500
const lookEveryMs = 50
/** Longer than any answer may take. */
const endWithinMs = 21_000

const books = new Books()
let requester: Requester | undefined
let sockets: readonly SocketClient[] = []
let streams: readonly StreamClient[] = []

function tell(message: FromLoad): void {
  if (process.connected) process.send?.(message)
}

function begin({ port, mix, seed }: Extract<ToLoad, { kind: 'begin' }>): void {
  requester = new Requester({ port, mix, seed, books })
  sockets = Array.from({ length: mix.webSockets }, () => new SocketClient(port, books))
  streams = Array.from({ length: mix.eventStreams }, () => new StreamClient(port, books))
  setInterval(() => tell(books.batch()), tellEveryMs)
}

async function end(): Promise<void> {
  requester?.stop()
  for (const client of [...sockets, ...streams]) client.stop()
  for (let waited = 0; waited < endWithinMs && !isQuiet(); waited += lookEveryMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  for (const socket of sockets) socket.close()
  requester?.close()
  tell(books.batch())
  process.send?.({ kind: 'ended' } satisfies FromLoad, () => process.exit(0))
}

const isQuiet = (): boolean => books.underway === 0 && sockets.every((socket) => socket.isQuiet)

/** The other end is this version of this code. */
const asMessage = (message: unknown): ToLoad => message as ToLoad

process.on('message', (received) => {
  const message = asMessage(received)
  if (message.kind === 'begin') begin(message)
  else void end()
})
// Whoever started it is gone: nobody wants the figures.
process.on('disconnect', () => process.exit(1))
tell({ kind: 'ready' })
