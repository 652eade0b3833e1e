/**
 * The agent's memory: one small JSON file for each instance, its port in it, so that one write is all there is to each
 * change and no two files have to agree. Plain files rather than a database: the agent stays light, a person can read them
 * at night, and nothing here is ever searched.
 */
import { join } from 'node:path'
import { codeOf } from '../errors.ts'
import type { Files } from '../machine/machine.ts'
import { type HostPaths, instanceFolder, recordFile, statusFile } from '../paths.ts'
import type { InstanceRecord } from './record.ts'

/** Port → until when nobody gets it, though its instance is forgotten. */
export type Quarantine = ReadonlyMap<number, number>

export class Records {
  readonly #files: Files
  readonly #paths: HostPaths
  readonly #records = new Map<string, InstanceRecord>()
  readonly #unsaved = new Set<string>()
  readonly #damaged = new Set<string>()
  #quarantine: Quarantine = new Map()

  constructor(files: Files, paths: HostPaths) {
    this.#files = files
    this.#paths = paths
  }

  /** What an earlier agent left. Folders without a record are removed: they were being made, or taken away. */
  load(): void {
    for (const instance of this.#files.list(this.#paths.instances)) {
      const text = this.#files.read(recordFile(this.#paths, instance))
      const record = text === undefined ? undefined : readRecord(text, instance)
      if (record !== undefined) this.#adopt(record)
      else if (text !== undefined) this.#damaged.add(instance)
      else this.#files.remove(instanceFolder(this.#paths, instance))
    }
    this.#quarantine = readQuarantine(this.#files.read(this.#paths.quarantine))
  }

  /** The end of a run is recorded before its file goes; the agent may have died in between. */
  #adopt(record: InstanceRecord): void {
    const { instance } = record.spec
    this.#records.set(instance, record)
    for (const name of this.#files.list(instanceFolder(this.#paths, instance))) {
      if (name.startsWith('run-') && name !== `run-${record.run?.token}`) this.forgetRun(instance, name.slice(4))
    }
  }

  get all(): ReadonlyMap<string, InstanceRecord> {
    return this.#records
  }

  /** Instances whose record cannot be read; nobody touches their processes. */
  get damaged(): ReadonlySet<string> {
    return this.#damaged
  }

  get quarantine(): Quarantine {
    return this.#quarantine
  }

  get(instance: string): InstanceRecord | undefined {
    return this.#records.get(instance)
  }

  /** On the disk when it returns: an intent, which is acted upon only then. A new instance that cannot be saved is nothing. */
  save(record: InstanceRecord): void {
    const { instance } = record.spec
    const folder = instanceFolder(this.#paths, instance)
    const isNew = !this.#records.has(instance)
    try {
      if (isNew) this.#files.makeFolder(folder)
      this.#files.write(recordFile(this.#paths, instance), `${JSON.stringify(record, undefined, 2)}\n`)
    } catch (fault) {
      if (isNew) this.#files.remove(folder)
      throw fault
    }
    this.#records.set(instance, record)
    this.#unsaved.delete(instance)
  }

  /**
   * Counts at once, and is on the disk as soon as that takes it: what was seen, and what must not wait for a disk that is
   * full, such as a stop. An agent that dies before sees the same again.
   * @returns the fault when the disk did not take it
   */
  keep(record: InstanceRecord): unknown {
    const { instance } = record.spec
    this.#records.set(instance, record)
    this.#unsaved.add(instance)
    try {
      this.save(record)
      return undefined
    } catch (fault) {
      if (codeOf(fault) === undefined) throw fault
      return fault
    }
  }

  /** Tries again what the disk did not take. */
  saveKept(): void {
    for (const instance of this.#unsaved) {
      const record = this.#records.get(instance)
      if (record !== undefined) this.keep(record)
    }
  }

  /** What a former run said is not needed once its end is recorded. */
  forgetRun(instance: string, token: string): void {
    if (this.#unsaved.has(instance)) return
    this.#files.remove(statusFile(this.#paths, instance, token))
  }

  /** First the port goes into quarantine, then the whole folder away at once, then its content. */
  remove(instance: string, draft: string, now: number, quarantinedUntil: number): void {
    const port = this.#records.get(instance)?.port
    const later = [...this.#quarantine].filter(([, until]) => until > now)
    this.#quarantine = new Map(port === undefined ? later : [...later, [port, quarantinedUntil]])
    this.#files.write(this.#paths.quarantine, `${JSON.stringify(Object.fromEntries(this.#quarantine))}\n`)
    const grave = join(this.#paths.drafts, draft)
    this.#files.move(instanceFolder(this.#paths, instance), grave)
    this.#records.delete(instance)
    this.#files.remove(grave)
  }
}

function readRecord(text: string, instance: string): InstanceRecord | undefined {
  const value = parsePlain(text)
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return undefined
  if (!('spec' in value) || typeof value.spec !== 'object' || value.spec === null) return undefined
  if (!('instance' in value.spec) || value.spec.instance !== instance) return undefined
  // Written by `save` alone, whole or not at all, in a folder that only the agent's user may enter.
  return value as unknown as InstanceRecord
}

function readQuarantine(text: string | undefined): Quarantine {
  const value = text === undefined ? {} : parsePlain(text)
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return new Map(entries.flatMap(([port, until]) => (typeof until === 'number' ? [[Number(port), until]] : [])))
}

function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the caller calls it damaged.
    return undefined
  }
}
