/** What an agent looks after besides the processes' lives: their output, their memory, its own leftovers. */
import type { InstanceRecord } from './instance/record.ts'
import { groupOf } from './instance/start-order.ts'
import { finishRotation, rotateWhenFull } from './log/rotate.ts'
import { instanceFolder } from './paths.ts'
import type { HostWorld } from './world.ts'

export type UpkeepParts = Pick<
  HostWorld,
  'records' | 'paths' | 'supervisor' | 'groups' | 'buildLogs' | 'clock' | 'log' | 'fences' | 'runner'
> & {
  /** Tokens of runs that the agent itself ended for their memory. */
  readonly overMemory: Set<string>
  /** What is kept for repeated commands only. */
  readonly forgetOld: (now: number) => void
}

const everyMs = 1_000
const forgetEveryMs = 3_600_000
const buildLog = { bytes: 10 * 2 ** 20, files: 1 }

export class Upkeep {
  readonly #parts: UpkeepParts
  #nextAt = 0
  #nextForgetAt = 0

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  /** An earlier agent may have died in the middle of a rotation. */
  open(): void {
    const { paths, records } = this.#parts
    for (const instance of records.all.keys()) finishRotation(instanceFolder(paths, instance))
  }

  /** @returns when to come again */
  step(): number {
    const { buildLogs, clock, fences, forgetOld, records } = this.#parts
    const now = clock.now()
    if (now < this.#nextAt) return this.#nextAt
    this.#nextAt = now + everyMs
    for (const record of records.all.values()) if (record.run !== undefined) this.#look(record, record.run.token)
    for (const folder of buildLogs) this.#rotate(folder, buildLog)
    this.#removeGroups()
    fences.saveKept()
    if (now >= this.#nextForgetAt) {
      this.#nextForgetAt = now + forgetEveryMs
      forgetOld(now)
    }
    return this.#nextAt
  }

  #look({ spec }: InstanceRecord, token: string): void {
    const { groups, log, overMemory, paths, supervisor } = this.#parts
    const { logBytes, logFiles, memoryMiB } = spec.limits
    this.#rotate(instanceFolder(paths, spec.instance), { bytes: logBytes, files: logFiles })
    if (groups.kind !== 'watched' || memoryMiB === undefined) return
    const bytes = supervisor.processesOf(spec.instance).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
    if (bytes <= memoryMiB * 2 ** 20) return
    log.warn('an instance is ended: it uses more memory than it may', { instance: spec.instance, bytes, memoryMiB })
    overMemory.add(token)
    supervisor.killMain(spec.instance)
  }

  /** A disk that is full must not stop the supervision. */
  #rotate(folder: string, limit: { readonly bytes: number; readonly files: number }): void {
    try {
      rotateWhenFull(folder, limit)
    } catch (fault) {
      this.#parts.log.error('an output cannot be rotated', { folder, fault: String(fault) })
    }
  }

  #removeGroups(): void {
    const { groups, records, runner } = this.#parts
    const runs = [...records.all.values()].flatMap(({ run, spec }) => (run ? [groupOf(spec.instance, run.token)] : []))
    const builds = [...runner.busy].map((token) => groupOf('build', token))
    const known = new Set([...runs, ...builds])
    for (const group of groups.list()) if (!known.has(group)) groups.remove(group)
  }
}
