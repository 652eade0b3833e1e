/** Channels between processes, made of Node's own between parent and child. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { WorkerLink } from '../keeper/worker-handle.ts'
import { firstDescriptor, type FromWorker, type ToWorker } from '../worker/protocol.ts'
import type { KeeperLink } from '../worker/worker-main.ts'

/** How this program is started again, in another role: the executable, its flags and the entry file. */
export type Launcher = { readonly executable: string; readonly before: readonly string[] }

type Role = Launcher & { readonly roleArguments: readonly string[] }

/** A worker on these listening descriptors. Standard error goes where the keeper's goes. */
export function spawnWorker({ executable, before, roleArguments }: Role, descriptors: readonly number[]): WorkerLink {
  const child = spawn(executable, [...before, 'worker', ...roleArguments], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...descriptors],
  })
  return {
    pid: child.pid ?? 0,
    send: (message) => sendTo(child, message),
    onMessage: (listener) => void child.on('message', (message) => listener(wordsOf<FromWorker>(message))),
    onGone: (listener) => {
      child.on('exit', (code, signal) => listener(signal ?? `exit code ${code}`))
      // What could not be started has an error and no exit; any other error tells of a message that came too late.
      child.on('error', (error) => void (child.pid === undefined && listener(error.message)))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

/** A keeper that inherits our descriptors, in a session of its own like the one before. We are its first worker. */
export function spawnKeeper({ executable, before, roleArguments }: Role, listeners: number): KeeperLink {
  const descriptors = Array.from({ length: listeners }, (_, at) => firstDescriptor + at)
  const child = spawn(executable, [...before, 'keeper', ...roleArguments], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...descriptors],
    detached: true,
  })
  return {
    send: (message) => sendTo(child, message),
    onMessage: (listener) => void child.on('message', (message) => listener(wordsOf<ToWorker>(message))),
    onClose: (listener) => {
      // A process that could not be started has an error and no exit.
      child.once('exit', listener)
      child.once('error', () => void (child.pid === undefined && listener()))
    },
  }
}

/** The keeper that started this worker. */
export function parentKeeper(process: NodeJS.Process): KeeperLink {
  return {
    send: (message) => sendToParent(process, message),
    onMessage: (listener) => void process.on('message', (message) => listener(wordsOf<ToWorker>(message))),
    onClose: (listener) => void process.on('disconnect', listener),
  }
}

/** The worker that started this keeper because its own had died. */
export function parentWorker(process: NodeJS.Process): WorkerLink {
  const pid = process.ppid
  return {
    pid,
    send: (message) => sendToParent(process, message),
    onMessage: (listener) => void process.on('message', (message) => listener(wordsOf<FromWorker>(message))),
    onGone: (listener) => void process.on('disconnect', () => listener('it left')),
    // Only while the channel stands is this pid surely still the parent's.
    kill: () => void (process.connected && process.kill(pid, 'SIGKILL')),
  }
}

/** A channel that has closed tells so by its own event; a message into it is lost with the process it was for. */
function sendTo(child: ChildProcess, message: ToWorker | FromWorker): void {
  if (child.connected) child.send(message, ignoreClosed)
}

function sendToParent(process: NodeJS.Process, message: ToWorker | FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, ignoreClosed)
}

function ignoreClosed(): void {
  // The close event follows and is acted on.
}

/** Both ends run this code and nobody else has the channel. */
function wordsOf<T>(message: unknown): T {
  return message as T
}
