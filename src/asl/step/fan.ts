/** Starting the branches of a Parallel and the iterations of a Map. */
import { isJsonArray, type JsonText, parseJson, printJson } from '../../base/index.ts'
import { evaluateTemplate, readPath, type Template, type FieldPath } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure } from '../failure.ts'
import type { MapState, ParallelState } from '../machine.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { applyFilter, readInteger } from './field.ts'
import { World } from './world.ts'

/** AWS runs at most this many inline iterations at once. */
const inlineConcurrency = 40

export function startParallel(draft: Draft, frame: WorkingFrame, state: ParallelState): void {
  const input = branchInput(draft, frame, state)
  frame.last = Math.max(frame.last, draft.visitOf(frame).enteredId)
  const started = draft.emit(frame, 'ParallelStateStarted')
  draft.openFan(frame.id, [], state.branches.length)
  draft.fan(frame.id).open = state.branches.length
  frame.visit = { ...draft.visitOf(frame), phase: 'fanout' }
  draft.runInOrder(state.branches.map((scope, index) => draft.openFrame(frame.id, index, scope, started, input)))
}

function branchInput(draft: Draft, frame: WorkingFrame, state: ParallelState): JsonText {
  const { input } = draft.visitOf(frame)
  const raw = new World(draft, frame, { document: input })
  const effective = applyFilter(state.inputPath, raw)
  if (state.parameters === undefined) return effective
  return evaluateTemplate(state.parameters, new World(draft, frame, { document: effective }))
}

/** Evaluates the items and starts the first iterations. Returns false when there are none, so the Map is done. */
export function startMap(draft: Draft, frame: WorkingFrame, state: MapState): boolean {
  const visit = draft.visitOf(frame)
  const effective = applyFilter(state.inputPath, new World(draft, frame, { document: visit.input }))
  const world = new World(draft, frame, { document: effective })
  const items = mapItems(state, world, effective)
  if (state.maxConcurrency !== undefined) readConcurrency(draft, frame, state)
  frame.last = Math.max(frame.last, visit.enteredId)
  const started = draft.emit(frame, 'MapStateStarted', { length: items.length })
  draft.openFan(frame.id, items, items.length)
  frame.visit = { ...visit, phase: 'fanout' }
  if (items.length === 0) return false
  startIterations(draft, frame, state, started)
  return true
}

function mapItems(state: MapState, world: World, effective: JsonText): readonly JsonText[] {
  const source = state.items
  if (source === undefined) return splitItems(effective, () => notAnArray(state, effective))
  if (isTemplate(source)) {
    const text = evaluateTemplate(source, world)
    return splitItems(text, () => unexpectedItems(source, text))
  }
  const value = printJson(readPath(source, world))
  return splitItems(value, () => runtimeFailure(`Reference path "${source.text}" must point to array.`))
}

const isTemplate = (source: FieldPath | Template): source is Template => Array.isArray(source)

function splitItems(text: JsonText, refuse: () => Error): readonly JsonText[] {
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
  return evaluationFailure(
    `The JSONata expression '${only.source}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${kindWord(text)}' for value: ${text}`,
    'Items',
  )
}

function kindWord(text: JsonText): string {
  const value = parseJson(text)
  if (value === null) return 'null'
  return value instanceof Map ? 'object' : typeof value === 'object' ? 'number' : typeof value
}

/** Starts iterations while there are items and room; each chain begins after event `previous`. */
export function startIterations(draft: Draft, frame: WorkingFrame, state: MapState, previous: number): void {
  const fan = draft.fan(frame.id)
  const room = readConcurrency(draft, frame, state)
  const opened: WorkingFrame[] = []
  while (fan.next < fan.items.length && fan.open < room) {
    const index = fan.next
    const input = iterationInput(draft, frame, state, { index, value: fan.items[index] ?? 'null' })
    const started = draft.note(previous, 'MapIterationStarted', { name: state.name, index })
    opened.push(draft.openFrame(frame.id, index, state.processor, started, input))
    fan.next++
    fan.open++
  }
  draft.runInOrder(opened)
}

function readConcurrency(draft: Draft, frame: WorkingFrame, state: MapState): number {
  if (state.maxConcurrency === undefined) return inlineConcurrency
  const { input } = draft.visitOf(frame)
  const effective = applyFilter(state.inputPath, new World(draft, frame, { document: input }))
  const wanted = readInteger(state.maxConcurrency, 'MaxConcurrency', new World(draft, frame, { document: effective }))
  if (wanted < 0) throw runtimeFailure('MaxConcurrency cannot be negative.')
  return wanted === 0 ? inlineConcurrency : Math.min(wanted, inlineConcurrency)
}

function iterationInput(
  draft: Draft,
  frame: WorkingFrame,
  state: MapState,
  item: { readonly index: number; readonly value: JsonText },
): JsonText {
  if (state.itemSelector === undefined) return item.value
  const { input } = draft.visitOf(frame)
  const document = applyFilter(state.inputPath, new World(draft, frame, { document: input }))
  return evaluateTemplate(state.itemSelector, new World(draft, frame, { document, item }))
}
