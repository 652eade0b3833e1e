/** What holds for every step of every machine, checked by every test that takes one. */
import { applyChanges } from './fold.ts'
import type { ExecutionState, StepResult } from './state.ts'

/** @throws Error naming the law that the step has broken */
export function inspectStep(before: ExecutionState, result: StepResult): void {
  const { state, history, changes, commands } = result
  if (state === before) {
    law(history.length + changes.length + commands.length === 0, 'a stale event does nothing')
    return
  }
  inspectHistory(before, result)
  const { nextEventId, nextFrame, status } = state
  sameState(applyChanges(before, changes, { nextEventId, nextFrame, status }), state)
  if (status === 'running') return inspectOpen(result)
  if (status === 'succeeded') law(state.frames.size + state.fans.size === 0, 'a succeeded execution holds nothing')
  else inspectRemains(state)
  law(commands.length === 1 && commands[0]?.kind === 'close', 'a closing step asks for nothing but the closing')
}

function inspectHistory(before: ExecutionState, { state, history }: StepResult): void {
  history.forEach(({ id, previousEventId, type }, i) => {
    law(id === before.nextEventId + i, `history ids have no gaps: ${type} is ${id}`)
    law(
      Number.isInteger(previousEventId) && previousEventId >= 0 && previousEventId < id,
      `${type} ${id} ← ${previousEventId}`,
    )
  })
  law(state.nextEventId === before.nextEventId + history.length, 'the next id follows the last event')
}

/** Nothing is left behind, and nothing that is open waits for nobody. */
function inspectOpen({ state, commands }: StepResult): void {
  const cut = commands.some(({ kind }) => kind === 'continue')
  let ready = 0
  for (const frame of state.frames.values()) {
    const { visit } = frame
    law(visit !== undefined, `frame ${frame.id} is in a state`)
    law(
      frame.parent === 0 ? frame.id === 1 : state.fans.has(frame.parent),
      `frame ${frame.id} has a parent that fans out`,
    )
    law(
      frame.last < state.nextEventId && visit !== undefined && visit.enteredId < state.nextEventId,
      'cursors lie in the past',
    )
    switch (visit?.phase) {
      case 'ready':
        ready++
        break
      case 'task':
        law(visit.task !== undefined, `frame ${frame.id} waits for a task that was scheduled`)
        break
      case 'wait':
        law(visit.timers.includes('wait'), `frame ${frame.id} waits for a timer`)
        break
      case 'backoff':
        law(visit.timers.includes('retry'), `frame ${frame.id} waits for its next attempt`)
        break
      // Its run is known outside alone.
      case 'maprun':
        break
      case 'fanout':
        inspectFan(state, frame.id)
        break
      default:
        law(false, `frame ${frame.id} is in no phase`)
    }
  }
  for (const id of state.fans.keys()) {
    const phase = state.frames.get(id)?.visit?.phase
    law(phase === 'fanout' || phase === 'ready', `fan ${id} has its frame`)
  }
  law(state.frames.has(1), 'a running execution has its root')
  if (cut) law(ready > 0, 'a step that asks to go on has something to go on with')
}

/** What a redrive goes on with: a tree from the root, where every fan has the children that it counts. */
function inspectRemains(state: ExecutionState): void {
  law(state.frames.has(1), 'what failed keeps its root')
  for (const { id, parent, visit } of state.frames.values()) {
    law(parent === 0 ? id === 1 : state.fans.has(parent), `frame ${id} stands under a fan`)
    law(visit !== undefined, `frame ${id} is in a state`)
  }
  for (const [id, fan] of state.fans) {
    law(state.frames.has(id), `fan ${id} has its frame`)
    const open = [...state.frames.values()].filter(({ parent }) => parent === id).length
    law(fan.open === open, `fan ${id} counts its ${open} open children, not ${fan.open}`)
  }
}

function inspectFan(state: ExecutionState, id: number): void {
  const fan = state.fans.get(id)
  const children = [...state.frames.values()].filter((frame) => frame.parent === id)
  law(fan !== undefined, `frame ${id} has its fan`)
  if (fan === undefined) return
  law(children.length > 0, `frame ${id} waits for children that are there`)
  law(fan.open === children.length, `fan ${id} counts its ${children.length} open children, not ${fan.open}`)
  law(fan.done === fan.results.toArray().filter((text) => text !== undefined).length, `fan ${id} counts its results`)
  law(fan.done + fan.open <= fan.results.size, `fan ${id} has no more children than places`)
  const indexes = new Set(children.map(({ index }) => index))
  law(indexes.size === children.length, `the children of ${id} have places of their own`)
  law(
    [...indexes].every((index) => fan.results.get(index) === undefined),
    `no child of ${id} runs a place that is done`,
  )
}

/** Equal by value, so that a state that was stored and read again can be compared. */
export function sameState(a: ExecutionState, b: ExecutionState): void {
  law(canonical(a) === canonical(b), `folding the changes gives the state:\n${canonical(a)}\n${canonical(b)}`)
}

/** Text that is equal for equal values: the order of members does not count, and one that is undefined is absent. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) => {
    if (member instanceof Map) return { map: [...member].toSorted(([x], [y]) => (x < y ? -1 : 1)) }
    if (Array.isArray(member)) return Array.from(member, (item: unknown) => item ?? null)
    if (typeof member !== 'object' || member === null) return member
    return Object.fromEntries(Object.entries(member).toSorted(([x], [y]) => (x < y ? -1 : 1)))
  })

function law(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Error(`broken law: ${text}`)
}

/** Freezes objects and arrays, and makes the writing methods of maps throw: whoever changes an old state is found out. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map) {
    for (const member of value.values()) deepFreeze(member)
    const refuse = (): never => {
      throw new Error('broken law: a step does not change what it was given')
    }
    Object.assign(value, { set: refuse, delete: refuse, clear: refuse })
  }
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
