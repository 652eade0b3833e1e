/** In which state an execution that ended without success goes on with another input. Pure. */
import { type ExecutionState, isCorrectable, type Machine } from '../../asl/index.ts'
import type { HoldfastError, JsonText } from '../../base/index.ts'
import { notCorrectable } from '../errors.ts'

/** Which one is meant: by the event that began the stay, or by the name of its state; by neither where there is only one. */
export type WantedStay = { readonly visit?: number | undefined; readonly state?: string | undefined }

/** A stay in which a scope of the execution ended. */
export type EndedStay = {
  readonly frame: number
  /** Id of the event that began it; 0: it ended before that. */
  readonly visit: number
  readonly state: string
  /** Of the iteration or branch; undefined of the execution's own scope. */
  readonly index: number | undefined
  readonly input: JsonText
  /** False of a Parallel or Map whose branches or iterations are kept. */
  readonly isInnermost: boolean
}

/** The stay that is meant, or why there is none. */
export function stayToCorrect(
  arn: string,
  machine: Machine,
  state: ExecutionState,
  wanted: WantedStay,
): EndedStay | HoldfastError {
  const stays = endedStays(machine, state)
  const meant = stays.filter((stay) => isMeant(stay, wanted))
  const innermost = meant.filter(({ isInnermost }) => isInnermost)
  const [only] = innermost
  if (only !== undefined && innermost.length === 1) return only
  const accepted = namesOf(stays)
  if (innermost.length > 1) return notCorrectable(arn, 'Execution ended in several states at once', accepted)
  const [around] = meant
  if (around === undefined) return notCorrectable(arn, `Execution did not end in ${wordsOf(wanted)}`, accepted)
  const why = `Branches or iterations of state '${around.state}' have begun, and would be done again`
  return notCorrectable(arn, why, accepted)
}

const isMeant = (stay: EndedStay, { visit, state }: WantedStay): boolean =>
  (visit === undefined || visit === stay.visit) && (state === undefined || state === stay.state)

function wordsOf({ visit, state }: WantedStay): string {
  const name = state === undefined ? 'a state' : `state '${state}'`
  return visit === undefined ? name : `${name} that event ${visit} began`
}

function endedStays(machine: Machine, state: ExecutionState): readonly EndedStay[] {
  return [...state.frames.values()].flatMap(({ id, parent, index, visit }) => {
    const found = visit && machine.states[visit.state]
    if (found === undefined) return []
    const { enteredId, input } = visit ?? { enteredId: 0, input: '' }
    const isInnermost = isCorrectable(state, id)
    const place = parent === 0 ? undefined : index
    return [{ frame: id, visit: enteredId, state: found.name, index: place, input, isInnermost }]
  })
}

const mostNamed = 10

function namesOf(stays: readonly EndedStay[]): string {
  const innermost = stays.filter(({ isInnermost, visit }) => isInnermost && visit > 0)
  const names = innermost.slice(0, mostNamed).map(({ visit, state, index }) => {
    return index === undefined ? `${visit} (${state})` : `${visit} (${state}, ${index})`
  })
  const more = innermost.length > mostNamed ? [`and ${innermost.length - mostNamed} more`] : []
  return `visit ${[...names, ...more].join(', ')}`
}
