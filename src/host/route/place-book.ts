/**
 * The routes of every place, as they were last told: one file for each, replaced in one step. What the disk does not take
 * counts all the same and is tried again, for a full disk must hold up no rollback.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { parseRoutes } from '../../edge/index.ts'
import { codeOf } from '../errors.ts'
import type { Files } from '../machine/machine.ts'
import { type Place, placeName, type PlaceRoutes } from './merge.ts'

export class PlaceBook {
  readonly #files: Files
  readonly #folder: string
  readonly #places = new Map<string, PlaceRoutes>()
  readonly #unsaved = new Set<string>()

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** @returns the files that cannot be read: the edge has what they held */
  load(): readonly string[] {
    this.#files.makeFolder(this.#folder)
    const damaged: string[] = []
    for (const name of this.#files.list(this.#folder)) {
      const text = name.endsWith('.json') ? this.#files.read(join(this.#folder, name)) : undefined
      if (text === undefined) continue
      const place = readPlace(text)
      if (place === undefined) damaged.push(name)
      else this.#places.set(placeName(place), place)
    }
    return damaged
  }

  get all(): readonly PlaceRoutes[] {
    return [...this.#places.values()]
  }

  get(place: Place): PlaceRoutes | undefined {
    return this.#places.get(placeName(place))
  }

  /** Counts at once. @returns the fault when the disk did not take it */
  keep(place: PlaceRoutes): unknown {
    const name = placeName(place)
    this.#places.set(name, place)
    this.#unsaved.delete(name)
    this.#unsaved.add(name)
    return this.saveKept()
  }

  /** As if it had never been. */
  forget(place: Place): void {
    const name = placeName(place)
    this.#places.delete(name)
    this.#unsaved.delete(name)
    this.#files.remove(this.#fileOf(name))
  }

  /**
   * Tries again what the disk did not take, in the order in which it was told: an address that one place took may be on the
   * disk only after another has left it. @returns the fault when there is still something that it does not take
   */
  saveKept(): unknown {
    for (const name of this.#unsaved) {
      const fault = this.#save(name)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  /**
   * A place without routes is kept for a while: an edge that comes back with routes of before must not bring it back.
   * `before`: the version below which it may go.
   */
  forgetEmpty(before: number): void {
    for (const place of this.all) if (place.routes.length === 0 && place.version < before) this.forget(place)
  }

  #save(name: string): unknown {
    const place = this.#places.get(name)
    if (place === undefined) return undefined
    try {
      this.#files.write(this.#fileOf(name), `${JSON.stringify({ format: 1, ...place })}\n`)
      this.#unsaved.delete(name)
      return undefined
    } catch (fault) {
      if (codeOf(fault) === undefined) throw fault
      return fault
    }
  }

  /** Names of projects hold slashes, and some disks know no capitals. */
  #fileOf(name: string): string {
    return join(this.#folder, `${createHash('sha256').update(name).digest('hex')}.json`)
  }
}

function readPlace(text: string): PlaceRoutes | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return undefined
    const { project, config, version, routes } = value as unknown as Partial<PlaceRoutes>
    if (typeof project !== 'string' || typeof config !== 'string' || typeof version !== 'number') return undefined
    if (routes === undefined) return undefined
    // What was kept was read like this before; another release of the host may read differently.
    parseRoutes({ version: 1, routes })
    return { project, config, version, routes }
  } catch {
    // Not JSON, or no routes any more: the caller calls it damaged.
    return undefined
  }
}
