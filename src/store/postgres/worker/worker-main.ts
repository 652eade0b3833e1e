/**
 * The worker that holds the connections: the store's own thread can then wait for an answer in the middle of a transaction,
 * which no socket of its own would allow.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Asked, Signal, Told, WorkerData } from '../wire.ts'
import { Desk } from './desk.ts'

const { settings, signal, transactions, port } = given()
const whileAwaited = asPort(parentPort)
const desk = new Desk(settings, {
  heard: (text) => whileAwaited.postMessage({ signal: text } satisfies Signal),
  numbered: (slot, transaction) => Atomics.store(transactions, slot, BigInt(transaction)),
})

whileAwaited.on('message', (asked: Asked) => {
  void serve(asked).then((told) => whileAwaited.postMessage(told))
})
// The thread that asks here sleeps until the signal changes.
port.on('message', (asked: Asked) => {
  void serve(asked).then((told) => {
    port.postMessage(told)
    Atomics.add(signal, 0, 1)
    Atomics.notify(signal, 0)
  })
})

// Who sleeps for an answer cannot hear that there will be none.
process.on('exit', () => {
  Atomics.store(signal, 1, 1)
  Atomics.add(signal, 0, 1)
  Atomics.notify(signal, 0)
})

async function serve({ id, request }: Asked): Promise<Told> {
  return { id, reply: await desk.serve(request) }
}

/** Safe: only link.ts starts this file, and it hands over exactly this. */
function given(): WorkerData {
  return workerData as WorkerData
}

function asPort(given: MessagePort | null): MessagePort {
  if (given === null) throw new Error('this file is a worker')
  return given
}
