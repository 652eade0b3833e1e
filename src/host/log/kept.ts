/**
 * What removed instances wrote last, so that somebody can still read why a deployment that was taken back had failed. Secrets
 * are masked before anything is kept. Each has a note that is written last: a folder without one is rubbish of an agent that died.
 */
import { join } from 'node:path'
import type { Files } from '../machine/machine.ts'
import type { HostSettings } from '../settings.ts'
import { rotatedName } from './segments.ts'

export type KeptNote = {
  readonly project: string
  readonly config: string
  readonly release: string
  readonly service: string
  readonly instance: string
  readonly removedAt: number
  readonly bytes: number
}

export type KeptOutput = Omit<KeptNote, 'bytes'> & {
  readonly text: string
  /** Where the text begins in all that it wrote: cursors of followers stay good. */
  readonly start: number
}

export type KeptLimits = Pick<HostSettings, 'keepRemovedLogsMs' | 'removedLogsBytes'>

/** What even an empty file takes from a disk. */
const leastBytes = 4096

export class KeptLogs {
  readonly #files: Files
  readonly #folder: string
  readonly #limits: KeptLimits
  #notes = new Map<string, KeptNote>()

  constructor(files: Files, folder: string, limits: KeptLimits) {
    this.#files = files
    this.#folder = folder
    this.#limits = limits
  }

  open(): void {
    this.#files.makeFolder(this.#folder)
    for (const instance of this.#files.list(this.#folder)) {
      const note = readNote(this.#files.read(this.#noteFile(instance)))
      if (note === undefined) this.#files.remove(this.folderOf(instance))
      else this.#notes.set(instance, note)
    }
  }

  get all(): readonly KeptNote[] {
    return [...this.#notes.values()]
  }

  has(instance: string): boolean {
    return this.#notes.has(instance)
  }

  folderOf = (instance: string): string => join(this.#folder, instance)
  #noteFile = (instance: string): string => join(this.#folder, instance, 'note.json')

  keep({ text, start, ...note }: KeptOutput): void {
    const { instance } = note
    this.#remove(instance)
    const kept = { ...note, bytes: Math.max(leastBytes, Buffer.byteLength(text)) }
    this.#files.makeFolder(this.folderOf(instance))
    this.#files.write(join(this.folderOf(instance), rotatedName(start)), text)
    this.#files.write(this.#noteFile(instance), `${JSON.stringify(kept)}\n`)
    this.#notes.set(instance, kept)
    this.prune(note.removedAt)
  }

  /** The oldest go first, when all of them together take too much. */
  prune(now: number): void {
    let bytes = 0
    for (const note of this.all.toSorted((a, b) => b.removedAt - a.removedAt)) {
      bytes += note.bytes
      const isOver = note.removedAt <= now - this.#limits.keepRemovedLogsMs || bytes > this.#limits.removedLogsBytes
      if (isOver) this.#remove(note.instance)
    }
  }

  #remove(instance: string): void {
    this.#notes.delete(instance)
    this.#files.remove(this.folderOf(instance))
  }
}

function readNote(text: string | undefined): KeptNote | undefined {
  try {
    // Written by `keep` alone, whole or not at all.
    return text === undefined ? undefined : (JSON.parse(text) as KeptNote)
  } catch {
    // A disk may have lost what was in it: the output is rubbish then, too.
    return undefined
  }
}
