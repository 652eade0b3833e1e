/** Starting the branches of a Parallel and the iterations of a Map, and what they are given. */
import { isJsonArray, type JsonText, parseJson, printJson } from '../../base/index.ts'
import { evaluateTemplate, type FieldPath, readPath, type Template, unexpectedType } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure } from '../failure.ts'
import type { Filter, MapState, ParallelState, TaskState } from '../machine.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { applyFilter, readInteger } from './field.ts'
import { Document, World } from './world.ts'

/** AWS runs at most this many inline iterations at once. */
const inlineConcurrency = 40

export function startParallel(draft: Draft, frame: WorkingFrame, state: ParallelState): void {
  const input = evaluateInput(draft, state, new World(draft, frame, { document: effectiveInput(draft, frame, state) }))
  frame.last = Math.max(frame.last, draft.visitOf(frame).enteredId)
  const started = draft.emit(frame, 'ParallelStateStarted')
  const size = state.branches.length
  draft.fans.open(frame.id, { items: [], size, concurrency: size }).open = size
  frame.visit = { ...draft.visitOf(frame), phase: 'fanout' }
  const plan = { parent: frame.id, last: started, input }
  draft.runInOrder(state.branches.map((scope, index) => draft.openFrame({ ...plan, index, scope })))
}

/** What a Task or Parallel is given: Parameters of the effective input, or Arguments. */
export function evaluateInput(draft: Draft, state: TaskState | ParallelState, world: World): JsonText {
  const input = state.parameters === undefined ? world.document : evaluateTemplate(state.parameters, world)
  if (state.parameters !== undefined) draft.checkSize(input, state.name)
  draft.env.inspector?.came(state.jsonata ? 'afterArguments' : 'afterParameters', input)
  return input
}

/** The state's input after InputPath. */
export function effectiveInput(draft: Draft, frame: WorkingFrame, state: { readonly inputPath: Filter }): JsonText {
  const input = applyFilter(state.inputPath, new World(draft, frame, { document: draft.visitOf(frame).input }))
  draft.env.inspector?.came('afterInputPath', input)
  return input
}

/** Evaluates the items and starts the first iterations. Returns false when there are none, so the Map is done. */
export function startMap(draft: Draft, frame: WorkingFrame, state: MapState): boolean {
  const visit = draft.visitOf(frame)
  const world = new World(draft, frame, { document: effectiveInput(draft, frame, state) })
  const items = mapItems(state, world)
  const concurrency = evaluateConcurrency(state, world)
  frame.last = Math.max(frame.last, visit.enteredId)
  const started = draft.emit(frame, 'MapStateStarted', { length: items.length })
  draft.fans.open(frame.id, { items, size: items.length, concurrency })
  frame.visit = { ...visit, phase: 'fanout' }
  if (items.length === 0) return false
  startIterations(draft, frame, state, started)
  return true
}

/** A Map that was redriven: its open iterations go on by themselves, and what had not been started gets the room left. */
export function resumeMap(draft: Draft, frame: WorkingFrame, state: MapState): void {
  frame.visit = { ...draft.visitOf(frame), phase: 'fanout' }
  startIterations(draft, frame, state, frame.last)
}

/** Once for the whole Map: an expression with chance in it would answer differently each time. */
export function evaluateConcurrency(state: MapState, world: World): number {
  const wanted = state.maxConcurrency === undefined ? 0 : readInteger(state.maxConcurrency, 'MaxConcurrency', world)
  if (wanted < 0) throw runtimeFailure('MaxConcurrency cannot be negative.')
  world.env.inspector?.maxConcurrency(wanted)
  return wanted === 0 ? inlineConcurrency : Math.min(wanted, inlineConcurrency)
}

/** @throws StateFailure when they are no array */
export function mapItems(state: MapState, world: World): readonly JsonText[] {
  const source = state.items
  const effective = world.document
  if (source === undefined) {
    world.env.inspector?.came('afterItemsPath', effective)
    return splitItems(effective, () => notAnArray(state, effective))
  }
  if (isTemplate(source)) {
    const text = evaluateTemplate(source, world)
    return splitItems(text, () => unexpectedItems(source, text))
  }
  const value = printJson(readPath(source, world))
  world.env.inspector?.came('afterItemsPath', value)
  return splitItems(value, () => runtimeFailure(`Reference path "${source.text}" must point to array.`))
}

const isTemplate = (source: FieldPath | Template): source is Template => Array.isArray(source)

export function splitItems(text: JsonText, refuse: () => Error): readonly JsonText[] {
  const value = parseJson(text)
  if (!isJsonArray(value)) throw refuse()
  return value.map(printJson)
}

function notAnArray(state: MapState, text: JsonText): Error {
  if (!state.jsonata) return runtimeFailure(`Reference path "$" must point to array.`)
  return evaluationFailure(`Map state input must be an array but was: ${text}`, undefined)
}

function unexpectedItems(source: Template, text: JsonText): Error {
  const [only] = source
  if (typeof only !== 'object' || !('source' in only)) {
    return evaluationFailure(`Map state items must be an array but were: ${text}`, 'Items')
  }
  return unexpectedType(only, 'array', text)
}

/** Starts iterations while there are items and room; each chain begins after event `previous`. */
export function startIterations(draft: Draft, frame: WorkingFrame, state: MapState, previous: number): void {
  const fan = draft.fans.get(frame.id)
  const opened: WorkingFrame[] = []
  while (fan.next < fan.items.length && fan.open < fan.concurrency) {
    const index = fan.next
    const input = iterationInput(draft, frame, state, fan.items, index)
    const last = draft.note(previous, 'MapIterationStarted', { name: state.name, index })
    opened.push(draft.openFrame({ parent: frame.id, index, scope: state.processor, last, input }))
    fan.next++
    fan.open++
  }
  draft.runInOrder(opened)
}

/** The documents that item selectors read, one for all iterations of a Map: it may be large, and they may be many. */
const selectorDocuments = new WeakMap<readonly JsonText[], Document>()

export function iterationInput(
  draft: Draft,
  frame: WorkingFrame,
  state: MapState,
  items: readonly JsonText[],
  index: number,
): JsonText {
  const value = items[index] ?? 'null'
  if (state.itemSelector === undefined) return value
  const document = selectorDocuments.get(items) ?? new Document(effectiveInput(draft, frame, state))
  selectorDocuments.set(items, document)
  const world = new World(draft, frame, { document, item: { index, value } })
  const input = evaluateTemplate(state.itemSelector, world)
  draft.checkSize(input, state.name)
  return input
}
