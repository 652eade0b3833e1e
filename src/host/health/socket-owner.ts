/** Whose the sockets are that listen on an instance's port. */
import type { HostWorld } from '../world.ts'
import type { SocketOwner } from './judge.ts'

type Looking = Pick<HostWorld, 'sockets' | 'supervisor'>

/** All that listen on the port have to be the instance's: beside a wildcard, somebody else may hold the loopback. */
export function socketOwner({ sockets, supervisor }: Looking, instance: string, port: number): SocketOwner {
  const listeners = sockets.listeners(port)
  if (listeners === undefined) return 'unknown'
  // Looking at every process takes long: a port nobody listens on needs none of it, nor one that the main process has.
  if (listeners.length === 0) return 'none'
  const main = supervisor.mainOf(instance)
  if (main !== undefined && listeners.every(({ socket }) => sockets.holds(main.pid, new Set([socket])))) return 'ours'
  const pids = supervisor.processesOf(instance).map(({ pid }) => pid)
  const isOurs = (socket: string): boolean => pids.some((pid) => sockets.holds(pid, new Set([socket])))
  return listeners.every(({ socket }) => isOurs(socket)) ? 'ours' : 'foreign'
}

/** At which address of this machine whatever listens on the port is reached. */
export function loopbackOf({ sockets }: Pick<HostWorld, 'sockets'>, port: number): '127.0.0.1' | '::1' {
  const listeners = sockets.listeners(port) ?? []
  return listeners.length > 0 && listeners.every(({ isLoopback6 }) => isLoopback6 === true) ? '::1' : '127.0.0.1'
}
