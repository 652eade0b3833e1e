/** The machine that this is. */
import { darwinProcesses, darwinSockets } from './darwin.ts'
import { diskFiles } from './files.ts'
import { linuxProcesses, linuxSockets } from './linux.ts'
import type { Files, Processes, Sockets } from './machine.ts'

export type Machine = { readonly processes: Processes; readonly sockets: Sockets; readonly files: Files }

/** Linux in full, macOS to develop on. @throws TypeError on a system that has neither /proc nor ps */
export function openMachine(platform: NodeJS.Platform): Machine {
  if (platform === 'linux') return { processes: linuxProcesses(), sockets: linuxSockets, files: diskFiles }
  if (platform === 'darwin') return { processes: darwinProcesses(), sockets: darwinSockets, files: diskFiles }
  throw new TypeError(`A host runs on Linux or macOS, not on ${platform}`)
}
