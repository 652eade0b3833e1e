/** Processes and sockets as macOS shows them through ps and lsof: to develop on, not for many instances. */
import { execFileSync } from 'node:child_process'
import { isFree } from './free-port.ts'
import type { ProcessFacts, Processes, Sockets } from './machine.ts'
import { signalOne } from './signal.ts'
import { startProcess } from './start.ts'

/** Sessions are not shown; a process group is the same thing for a shim and what it starts in the foreground. */
const columns = ['-o', 'pid=,ppid=,pgid=,stat=,rss=,lstart=']

export function darwinProcesses(): Processes {
  return {
    boot: (run('sysctl', ['-n', 'kern.bootsessionuuid']) ?? '').trim(),
    read: (pid) => parsePs(run('ps', [...columns, '-p', String(pid)]) ?? '')[0],
    list: () => parsePs(run('ps', ['-ax', ...columns]) ?? ''),
    marker: (pid) => markerInCommand(run('ps', ['-Eww', '-o', 'command=', '-p', String(pid)])),
    catches: () => undefined,
    signal: signalOne,
    start: startProcess,
  }
}

export const darwinSockets: Sockets = {
  isFree,
  listeners(port) {
    const text = run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp'])
    return text === undefined ? [] : parseLsof(text).map((pid) => ({ port, socket: String(pid) }))
  },
  // lsof names the holders at once, so a holder's pid stands for its socket.
  holds: (pid, sockets) => sockets.has(String(pid)),
  portsOf(pid) {
    const text = run('lsof', ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn']) ?? ''
    return [...new Set([...text.matchAll(/^n.*:(\d+)$/gm)].map(([, port]) => Number(port)))]
  },
}

export function parsePs(text: string): readonly ProcessFacts[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, session, state, kibibytes, start] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S.*?)\s*$/.exec(line) ?? []
    if (start === undefined) return []
    return [
      {
        pid: Number(pid),
        start: start.replaceAll(/\s+/g, ' '),
        parent: Number(parent),
        session: Number(session),
        zombie: state?.startsWith('Z') === true,
        residentBytes: Number(kibibytes) * 1024,
      },
    ]
  })
}

/** In the environment, or as the shim's first word: the system hides the environment of its own programs. */
export function markerInCommand(command: string | undefined): string | undefined {
  const [, inEnvironment] = /(?:^|\s)HOLDFAST_MARKER=(\S+)/.exec(command ?? '') ?? []
  const [, asWord] = /\/shim-[0-9a-f]+\.sh (\S+)/.exec(command ?? '') ?? []
  return inEnvironment ?? asWord
}

export function parseLsof(text: string): readonly number[] {
  return text.split('\n').flatMap((line) => (/^p\d+$/.test(line) ? [Number(line.slice(1))] : []))
}

function run(file: string, words: readonly string[]): string | undefined {
  try {
    return execFileSync(file, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 })
  } catch {
    // Both tools end with 1 when there is nothing to show.
    return undefined
  }
}
