/** Who listens on a port of this machine, for whoever wants it and cannot have it. */
import { type Machine, openMachine } from '../host/index.ts'

type Looked = Pick<Machine, 'sockets'> & { readonly processes: Pick<Machine['processes'], 'list'> }

/** Undefined when the machine does not tell: another user's processes, or nobody any more. */
export function portHolder(
  port: number,
  { sockets, processes }: Looked = openMachine(process.platform),
): number | undefined {
  const open = new Set(sockets.listeners(port)?.map(({ socket }) => socket))
  return open.size === 0 ? undefined : processes.list().find(({ pid }) => sockets.holds(pid, open))?.pid
}
