/** Whether each answer came from a release that had traffic then. Pure. */
import type { Problem } from './classify.ts'

/** From when the switch to the release was asked for, until the switch away from it was acknowledged. Open while it serves. */
export type TrafficWindow = { readonly release: string; readonly fromMs: number; readonly untilMs: number | undefined }

export type NamedAnswer = {
  readonly release: string
  readonly pid: number
  readonly sentMs: number
  readonly arrivedMs: number
}

export class ReleaseJudge {
  readonly #windows: Map<string, TrafficWindow[]>
  readonly #releaseOf = new Map<number, string>()

  /** `born`: what each process said of itself when it started; a process that nobody heard of is held to its first answer. */
  constructor(
    windows: readonly TrafficWindow[],
    born: readonly { readonly pid: number; readonly release: string }[] = [],
  ) {
    this.#windows = Map.groupBy(windows, ({ release }) => release)
    for (const { pid, release } of born) this.#releaseOf.set(pid, release)
  }

  /**
   * Wrong is what was sent after the switch away was acknowledged, or arrived before the switch to it was asked for. What was
   * sent before and arrives later is under way in a drain, as it should be.
   */
  judge(answer: NamedAnswer): Problem | undefined {
    const { release, pid, sentMs, arrivedMs } = answer
    const known = this.#releaseOf.get(pid) ?? release
    this.#releaseOf.set(pid, known)
    if (known !== release) return wrong(`process ${pid} is of ${known} and answered for ${release}`)
    const windows = this.#windows.get(release)
    if (windows === undefined) return wrong(`nobody ever switched to ${release}, answered by process ${pid}`)
    const fits = windows.some(({ fromMs, untilMs = Infinity }) => arrivedMs >= fromMs && sentMs <= untilMs)
    return fits ? undefined : wrong(`${release} had no traffic then, and process ${pid} answered for it`)
  }
}

const wrong = (detail: string): Problem => ({ cause: 'wrong-release', detail })
