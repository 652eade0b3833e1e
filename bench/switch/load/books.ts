/** What the load has seen since it last told: columns, so that a million answers cost bytes and not objects. */
import type { AnswerColumns, Failure, FromLoad, SocketTallies } from './messages.ts'
import { noTallies } from './messages.ts'
import { type RequestKind, requestKinds } from './mix.ts'

export type SeenAnswer = {
  readonly kind: RequestKind
  readonly scheduledMs: number
  readonly sentMs: number
  readonly placedMs: number
  readonly arrivedMs: number
  readonly endedMs: number
  readonly release: string
  readonly pid: number
}

export class Books {
  #answers: SeenAnswer[] = []
  #failures: Failure[] = []
  #tallies: SocketTallies = noTallies
  readonly #releases = new Map<string, number>()
  started = 0
  underway = 0

  answered(answer: SeenAnswer): void {
    this.#answers.push(answer)
  }

  failed(failure: Failure): void {
    this.#failures.push(failure)
  }

  count(what: keyof SocketTallies, by = 1): void {
    this.#tallies = { ...this.#tallies, [what]: this.#tallies[what] + by }
  }

  /** Hands over everything since the last time. */
  batch(): FromLoad {
    const answers = this.#columns()
    const failures = this.#failures
    this.#answers = []
    this.#failures = []
    const { started, underway } = this
    return {
      kind: 'batch',
      releases: [...this.#releases.keys()],
      answers,
      failures,
      tallies: this.#tallies,
      started,
      underway,
    }
  }

  #columns(): AnswerColumns {
    const answers = this.#answers
    return {
      scheduledMs: Float64Array.from(answers, ({ scheduledMs }) => scheduledMs),
      sentMs: Float64Array.from(answers, ({ sentMs }) => sentMs),
      placedMs: Float64Array.from(answers, ({ placedMs }) => placedMs),
      arrivedMs: Float64Array.from(answers, ({ arrivedMs }) => arrivedMs),
      endedMs: Float64Array.from(answers, ({ endedMs }) => endedMs),
      pid: Uint32Array.from(answers, ({ pid }) => pid),
      release: Uint16Array.from(answers, ({ release }) => this.#placeOf(release)),
      kind: Uint8Array.from(answers, ({ kind }) => requestKinds.indexOf(kind)),
    }
  }

  #placeOf(release: string): number {
    const known = this.#releases.get(release)
    if (known !== undefined) return known
    this.#releases.set(release, this.#releases.size)
    return this.#releases.size - 1
  }
}
