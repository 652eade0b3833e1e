/**
 * A chunk: what one step did, as one row: the event that caused it, the history it wrote, the changes of state. Texts
 * that repeat (a payload is output of one state and input of the next) are stored once; names of the machine not at all.
 */
import type { Change, Event, HistoryEvent, Machine, Phase, TimerKind } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'

/** What replaying the step needs besides the machine and the state before. */
export type Cause = {
  readonly event: Event
  /** Seed of chance; absent when the step used none. */
  readonly seed?: string
  /** Outcomes of expressions that were evaluated outside the step, and refusals: by key, as JSON text. */
  readonly recorded?: ReadonlyMap<string, JsonText>
}

export type Chunk = {
  readonly cause: Cause
  /** Milliseconds since 1970 UTC: `env.now` of the step and the time of its history events. */
  readonly at: number
  readonly firstEventId: number
  readonly nextFrame: number
  readonly history: readonly HistoryEvent[]
  readonly changes: readonly Change[]
}

export type Cell = string | number | null | readonly Cell[]

// Stored by position: only ever append.
export const eventKinds = [
  'start',
  'taskStarted',
  'taskSubmitted',
  'taskSucceeded',
  'taskFailed',
  'heartbeat',
  'timer',
  'stop',
  'continue',
  'fault',
  'redrive',
  'mapRunSucceeded',
  'mapRunFailed',
] as const
export const timerKinds: readonly TimerKind[] = ['wait', 'retry', 'timeout', 'heartbeat', 'deadline']
export const phases: readonly Phase[] = ['ready', 'task', 'wait', 'backoff', 'fanout', 'maprun']
export const changeKinds = ['frame', 'frameGone', 'fan', 'fanProgress', 'result', 'fanGone', 'redriven'] as const

/** How timers are stored, here and in the timer table. */
export const timerNumber = (kind: TimerKind): number => timerKinds.indexOf(kind)
export const timerOfNumber = (number: number): TimerKind => {
  const kind = timerKinds[number]
  if (kind === undefined) throw new Error(`there is no timer kind ${number}: written by a newer version?`)
  return kind
}

// ---- words of a machine: known from its definition, so never stored

type Words = { readonly list: readonly string[]; readonly numbers: ReadonlyMap<string, number> }
const wordsOf = new WeakMap<Machine, Words>()

export function machineWords(machine: Machine): Words {
  let words = wordsOf.get(machine)
  if (words === undefined) {
    const list = new Set<string>()
    for (const state of machine.states) {
      list.add(state.name)
      if (state.type === 'Task') list.add(state.resource.arn)
      if (state.type === 'Task' && state.resource.kind === 'service') {
        list.add(state.resource.resourceType).add(state.resource.resource)
      }
    }
    words = { list: [...list], numbers: new Map([...list].map((word, i) => [word, i])) }
    wordsOf.set(machine, words)
  }
  return words
}
