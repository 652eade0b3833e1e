/** A run with mocks as it is shown: the stays of its path with their times and data. Pure. */
import { ExecutionView, type Row } from '../../../../asl/index.ts'
import type { Tone } from '../../../../base/index.ts'
import type { Rehearsed } from '../../../api/generated.ts'
import { durationWords } from '../../../parts/times.ts'
import { dataOf, type StayData } from '../../executions/data.ts'

export type StoryEvent = Rehearsed['events'][number] & { readonly ms: number }

export type RunStory = {
  readonly result: Rehearsed
  readonly rows: readonly Row[]
  readonly startedAt: number
  /** The state that made it fail. */
  readonly failed: Row | undefined
  readonly eventsOf: (row: Row) => readonly StoryEvent[]
}

export function storyOf(result: Rehearsed): RunStory {
  const view = new ExecutionView()
  const byRow = new Map<number, StoryEvent[]>()
  for (const event of result.events) {
    const ms = Date.parse(event.at)
    view.apply({ ...event, timestamp: ms })
    const row = view.rowOf(event.id)
    if (row === undefined) continue
    const known = byRow.get(row.enteredId)
    if (known === undefined) byRow.set(row.enteredId, [{ ...event, ms }])
    else known.push({ ...event, ms })
  }
  return {
    result,
    rows: view.rows,
    startedAt: view.startedAt ?? 0,
    failed: view.failed,
    eventsOf: ({ enteredId }) => byRow.get(enteredId) ?? [],
  }
}

export const stayData = (story: RunStory, row: Row): StayData => dataOf(story.eventsOf(row))

/** How a state stands after the run: as its last stay does, with how often it was entered, or tried. */
export function markOf(story: RunStory, state: string): { tone: Tone; note: string | undefined } | undefined {
  const stays = story.rows.filter(({ name }) => name === state)
  const last = stays.at(-1)
  if (last === undefined) return undefined
  const { attempts, type } = last
  const took = type === 'Wait' ? durationWords((last.endedAt ?? last.enteredAt) - last.enteredAt) : undefined
  const note = stays.length > 1 ? `×${stays.length}` : attempts > 1 ? `↻${attempts}` : took
  return { tone: last.tone, note }
}
