/**
 * Memory of all processes of a run together, by the kernel's control groups where the agent may make them. Elsewhere the
 * agent watches (watch.ts). A group lies beside no record: whatever group of this host has no run is removed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../errors.ts'

export type GroupKind = 'cgroup2' | 'cgroup1'

export interface MemoryGroups {
  readonly kind: GroupKind | 'watched'
  /** The file that a process joins by writing 0 into; undefined when the agent has to watch instead. */
  create(run: string, memoryBytes: number): string | undefined
  wasOutOfMemory(run: string): boolean
  /** One with processes left is tried again later. */
  remove(run: string): void
  list(): readonly string[]
  /** The agent ends: what is empty goes, what instances are in stays. */
  close(): void
}

export const watchedMemory: MemoryGroups = {
  kind: 'watched',
  create: () => undefined,
  wasOutOfMemory: () => false,
  remove: () => {},
  list: () => [],
  close: () => {},
}

/** `root` is where the control groups are mounted. */
export function openMemoryGroups(root: string, host: string): MemoryGroups {
  const name = `holdfast-${host}`
  return openVersion2(root, name) ?? openVersion1(join(root, 'memory'), name) ?? watchedMemory
}

function openVersion2(root: string, name: string): MemoryGroups | undefined {
  if (!(readText(join(root, 'cgroup.subtree_control')) ?? '').split(/\s+/).includes('memory')) return undefined
  const parent = join(root, name)
  const isOpen = attempt(() => {
    mkdirSync(parent, { recursive: true })
    writeFileSync(join(parent, 'cgroup.subtree_control'), '+memory')
  })
  if (!isOpen) return undefined
  return groupsIn(parent, {
    kind: 'cgroup2',
    limit(folder, bytes) {
      writeFileSync(join(folder, 'memory.max'), String(bytes))
      attempt(() => writeFileSync(join(folder, 'memory.swap.max'), '0'))
    },
    kills: (folder) => countOf(readText(join(folder, 'memory.events'))),
  })
}

function openVersion1(root: string, name: string): MemoryGroups | undefined {
  const parent = join(root, name)
  if (!existsSync(join(root, 'memory.limit_in_bytes')) || !attempt(() => mkdirSync(parent, { recursive: true }))) {
    return undefined
  }
  return groupsIn(parent, {
    kind: 'cgroup1',
    limit(folder, bytes) {
      writeFileSync(join(folder, 'memory.limit_in_bytes'), String(bytes))
      attempt(() => writeFileSync(join(folder, 'memory.memsw.limit_in_bytes'), String(bytes)))
    },
    kills: (folder) => countOf(readText(join(folder, 'memory.oom_control'))),
  })
}

type Version = {
  readonly kind: GroupKind
  readonly limit: (folder: string, bytes: number) => void
  readonly kills: (folder: string) => number
}

function groupsIn(parent: string, { kind, limit, kills }: Version): MemoryGroups {
  return {
    kind,
    create(run, memoryBytes) {
      const folder = join(parent, run)
      const isMade = attempt(() => {
        mkdirSync(folder, { recursive: true })
        limit(folder, memoryBytes)
      })
      return isMade ? join(folder, 'cgroup.procs') : undefined
    },
    wasOutOfMemory: (run) => kills(join(parent, run)) > 0,
    remove: (run) => void attempt(() => rmdirSync(join(parent, run))),
    close: () => void attempt(() => rmdirSync(parent)),
    list: () =>
      readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
  }
}

export function countOf(events: string | undefined): number {
  return Number(/^oom_kill (\d+)$/m.exec(events ?? '')?.[1] ?? 0)
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined
    throw fault
  }
}

/** The kernel and the machine's owner may say no to any of it; the caller then does without. */
function attempt(act: () => void): boolean {
  try {
    act()
    return true
  } catch (fault) {
    if (codeOf(fault) === undefined) throw fault
    return false
  }
}
