/**
 * A thread of the worker process that reads from the engine and never gets anything: at the end of that pipe the engine is
 * gone, and the process is killed. The main thread would notice as well, unless a task function keeps it busy for ever.
 */
import { Socket } from 'node:net'

/** The descriptor after the three standard ones and the channel. */
const lifeline = new Socket({ fd: 4, readable: true, writable: false })

function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

lifeline.on('end', end).on('error', end).resume()
