/** An execution as it was at one event of its history, or as it is now: what the page looks at. Pure. */
import type { End, Row } from '../../../asl/index.ts'
import { dataOf } from './data.ts'
import { countUpTo } from './log.ts'
import type { SetVariable } from './scopes.ts'
import type { Standing } from './standing.ts'
import type { Story, StoryEvent } from './story.ts'

export class Moment {
  readonly story: Story
  /** The last event that counts; undefined: all, also those that are still to come. */
  readonly at: number | undefined

  constructor(story: Story, at: number | undefined) {
    this.story = story
    const last = story.events.at(-1)?.id ?? 0
    this.at = at === undefined || story.events.length === 0 ? undefined : Math.min(Math.max(1, at), last)
  }

  get #limit(): number {
    return this.at ?? Infinity
  }

  /** The event that it is the moment of. */
  get event(): StoryEvent | undefined {
    return this.at === undefined ? undefined : this.story.events[this.#count - 1]
  }

  get #count(): number {
    const { events } = this.story
    if (this.at === undefined) return events.length
    // Without gaps the id says the place; otherwise it is looked for.
    return events[this.at - 1]?.id === this.at
      ? this.at
      : countUpTo(
          events.map(({ id }) => id),
          this.at,
        )
  }

  get end(): End | undefined {
    return this.at === undefined ? this.story.view.end : this.story.endAt(this.at)
  }

  standing(state: string): Standing {
    return this.story.standingAt(state, this.#limit)
  }

  /** The stays in a state so far, as they were. */
  stays(state: string): readonly Row[] {
    const all = this.story.stays(state)
    return this.at === undefined ? all : all.flatMap((row) => this.story.rowAt(row, this.#limit) ?? [])
  }

  eventsOf(row: Row): readonly StoryEvent[] {
    const all = this.story.eventsOf(row)
    return this.at === undefined ? all : all.filter(({ id }) => id <= this.#limit)
  }

  /** The innermost state that made it fail. */
  get failed(): Row | undefined {
    if (this.end?.status !== 'FAILED') return undefined
    return this.at === undefined ? this.story.view.failed : this.#rows.findLast(({ tone }) => tone === 'failed')
  }

  /** The stays that had begun and not ended, in their order. */
  get open(): readonly Row[] {
    return this.#rows.filter(({ endedAt }) => endedAt === undefined)
  }

  get #rows(): readonly Row[] {
    const { rows } = this.story.view
    if (this.at === undefined) return rows
    const begun = countUpTo(
      rows.map(({ enteredId }) => enteredId),
      this.at,
    )
    return rows.slice(0, begun).flatMap((row) => this.story.rowAt(row, this.#limit) ?? [])
  }

  /** What a stay had in hand: its output, else what came back last, else its input. */
  dataOf(row: Row): { readonly what: 'input' | 'result' | 'output'; readonly text: string } | undefined {
    const { input, result, output } = dataOf(this.eventsOf(row))
    if (output !== undefined) return { what: 'output', text: output }
    if (result !== undefined) return { what: 'result', text: result }
    return input === undefined ? undefined : { what: 'input', text: input }
  }

  /** The variables that a stay sees; at its beginning unless at this moment. */
  variablesOf(row: Row, when: 'entry' | 'now' = 'now'): readonly SetVariable[] {
    const { scopes } = this.story
    const scope = scopes.scopeOf(row)
    return scope === undefined ? [] : scopes.variablesAt(scope, when === 'entry' ? row.enteredId : this.#limit)
  }
}
