/**
 * A worker that stands between a store and its server. What the store sends next, once told so, does not arrive, or its answer
 * does not; then the connection ends. In a thread of its own, for the store sleeps while it waits.
 */
import { connect, createServer, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { fates, states, type WayData } from './way.fake.ts'

/** Safe: only way.fake.ts starts this file. */
if (parentPort !== null) open(workerData as WayData, parentPort)

function open({ word, host, port }: WayData, parent: NonNullable<typeof parentPort>): void {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const isIn = (state: number): boolean => Atomics.load(word, 1) === state
    if (isIn(states.closed)) return void client.destroy()
    const upstream = connect(port, host)
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    let fate: number = fates.arrives
    client.on('data', (sent) => {
      if (isIn(states.silent)) return
      // What is sent may come in several pieces: the answer to the first that is lost stays lost.
      if (fate === fates.arrives) fate = Atomics.exchange(word, 0, fates.arrives)
      if (fate === fates.neverArrives) end()
      else upstream.write(sent)
    })
    upstream.on('data', (answer) => (fate === fates.arrives ? client.write(answer) : end()))
  })
  server.listen(0, '127.0.0.1', () => parent.postMessage(server.address()))
  parent.on('message', () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  })
}
