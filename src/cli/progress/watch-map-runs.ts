/** Keeps a view told of how far the Map Runs of its execution are. */
import type { MapRun } from '../client/map-run-api.ts'
import type { World } from '../world.ts'
import { endedItems, progressOf, type Since } from './map-run.ts'
import type { ExecutionView } from '../../asl/index.ts'

export type AskMapRun = (arn: string) => Promise<MapRun>

/** How often a run is asked for how far it is. */
const askMs = 1000

export class MapRunWatch {
  readonly #world: Pick<World, 'now'>
  readonly #view: ExecutionView
  readonly #ask: AskMapRun
  /** By ARN: as it was found first. */
  readonly #since = new Map<string, Since>()
  readonly #ended = new Set<string>()
  #asking = false
  readonly #stop: () => void

  constructor(world: Pick<World, 'now' | 'every'>, view: ExecutionView, ask: AskMapRun) {
    this.#world = world
    this.#view = view
    this.#ask = ask
    this.#stop = world.every(askMs, () => void this.look())
  }

  /** Asks for all that may have changed. */
  async look(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      const open = new Set(this.#view.mapRuns.map(({ mapRun }) => mapRun).filter((arn) => !this.#ended.has(arn)))
      for (const arn of open) this.#tell(await this.#ask(arn))
    } catch {
      // The events of the execution say when the server cannot be reached; the next look comes in a second.
    } finally {
      this.#asking = false
    }
  }

  #tell(run: MapRun): void {
    const now = this.#world.now()
    const first = run.redriveCount === 0 ? undefined : this.#since.get(run.arn)
    this.#view.tellMapRun(run.arn, progressOf(run, now, first))
    if (first === undefined) this.#since.set(run.arn, { at: now, ended: endedItems(run.items) })
    if (run.status !== 'RUNNING') this.#ended.add(run.arn)
  }

  /** With a last look. */
  async end(): Promise<void> {
    this.#stop()
    await this.look()
  }
}
