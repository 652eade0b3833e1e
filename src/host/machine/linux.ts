/** Processes and sockets as Linux shows them in /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants, endianness } from 'node:os'
import { codeOf } from '../errors.ts'
import { markerVariable } from '../instance/marker.ts'
import { isFree } from './free-port.ts'
import type { Listener, ProcessFacts, Processes, Sockets } from './machine.ts'
import { signalOne } from './signal.ts'
import { startProcess } from './start.ts'

export function linuxProcesses(): Processes {
  const pageBytes = pageSize()
  const read = (pid: number): ProcessFacts | undefined => {
    const text = readProc(`/proc/${pid}/stat`)
    return text === undefined ? undefined : parseStat(text, pageBytes)
  }
  return {
    boot: (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim(),
    read,
    list: () => numbersIn('/proc').flatMap((pid) => read(pid) ?? []),
    marker: (pid) => markerIn(readProc(`/proc/${pid}/environ`)),
    catches: (pid, signal) => parseCaught(readProc(`/proc/${pid}/status`), signal),
    signal: signalOne,
    start: startProcess,
  }
}

export const linuxSockets: Sockets = {
  isFree,
  listeners: listenersOnPorts(),
  holds(pid, sockets) {
    return numbersIn(`/proc/${pid}/fd`).some((fd) => sockets.has(socketAt(pid, fd) ?? ''))
  },
  portsOf(pid) {
    const own = new Set(numbersIn(`/proc/${pid}/fd`).map((fd) => socketAt(pid, fd)))
    const ports = (allListeners() ?? []).flatMap(({ port, socket }) => (own.has(socket) ? [port] : []))
    return [...new Set(ports)].toSorted((a, b) => a - b)
  },
}

const socketAt = (pid: number, fd: number): string | undefined =>
  /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? '')?.[1]

/** The tables hold every connection of the machine: in one stretch of code without a wait they are read once. */
function listenersOnPorts(): Sockets['listeners'] {
  let read: { readonly all: readonly Listener[] | undefined } | undefined
  return (port) => {
    if (read === undefined) {
      read = { all: allListeners() }
      queueMicrotask(() => {
        read = undefined
      })
    }
    return read.all?.filter((listener) => listener.port === port)
  }
}

function allListeners(): readonly Listener[] | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readProc)
  if (tables.every((table) => table === undefined)) return undefined
  return tables.flatMap((table) => parseListeners(table ?? ''))
}

/** `/proc/PID/stat`; undefined when the text is no such thing. */
export function parseStat(text: string, pageBytes: number): ProcessFacts | undefined {
  // The name in parentheses may hold spaces and parentheses itself.
  const nameEnd = text.lastIndexOf(')')
  const fields = text.slice(nameEnd + 2).split(' ')
  const [state, parent, , session] = fields
  const start = fields[19]
  if (nameEnd < 0 || start === undefined) return undefined
  return {
    pid: Number.parseInt(text, 10),
    start,
    parent: Number(parent),
    session: Number(session),
    zombie: state === 'Z' || state === 'X',
    residentBytes: Number(fields[21]) * pageBytes,
  }
}

/** From `/proc/PID/status`: a mask in hexadecimal digits, the lowest bit for signal 1. */
export function parseCaught(status: string | undefined, signal: NodeJS.Signals): boolean | undefined {
  const [, mask] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status ?? '') ?? []
  return mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}

/** `::1` in four words, each in the order of bytes of this machine. */
const loopback6Address = `${'0'.repeat(24)}${endianness() === 'LE' ? '01000000' : '00000001'}`

/** The listening sockets of `/proc/net/tcp` and `tcp6`; a socket is named by its inode. */
export function parseListeners(table: string): readonly Listener[] {
  const listens = '0A'
  return table.split('\n').flatMap((line) => {
    // Most lines are connections.
    if (!line.includes(` ${listens} `)) return []
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [address, port] = local.split(':')
    if (state !== listens || port === undefined || inode === undefined) return []
    const loopback6 = address === loopback6Address ? { isLoopback6: true as const } : {}
    return [{ port: Number.parseInt(port, 16), socket: inode, ...loopback6 }]
  })
}

export function markerIn(environment: string | undefined): string | undefined {
  const start = `${markerVariable}=`
  return environment
    ?.split('\0')
    .find((entry) => entry.startsWith(start))
    ?.slice(start.length)
}

/** Not told by Node: what this process holds by its own count, against the kernel's count of pages. */
function pageSize(): number {
  const smallest = 4096
  const text = readProc('/proc/self/stat')
  const bytes = process.memoryUsage.rss()
  const pages = text === undefined ? 0 : (parseStat(text, 1)?.residentBytes ?? 0)
  return pages === 0 ? smallest : Math.max(smallest, 2 ** Math.round(Math.log2(bytes / pages)))
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch (fault) {
    if (isHidden(fault)) return []
    throw fault
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (fault) {
    if (isHidden(fault)) return undefined
    throw fault
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (isHidden(fault)) return undefined
    throw fault
  }
}

/** It ended meanwhile, or it is another user's: either way nothing that we could prove. */
const hidden = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'])
const isHidden = (fault: unknown): boolean => hidden.has(codeOf(fault) ?? '')
