/** The items of a distributed Map: where they stand in the state's data, and what each child is given. */
import { isJsonArray, isJsonObject, type Json, type JsonText, parseJson, printJson } from '../../base/index.ts'
import { evaluateTemplate, type FieldPath, readPath, type Template, unexpectedType } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure } from '../failure.ts'
import type { Machine, MapState } from '../machine.ts'
import type { Env } from '../ports.ts'
import type { Item } from './context.ts'
import { Draft } from './draft.ts'
import { effectiveInput } from './fan.ts'
import type { ExecutionState, StepLimits } from './state.ts'
import { Document, World } from './world.ts'

/** The array or object whose members are the items. @throws StateFailure when it is neither */
export function itemsText(state: MapState, world: World): JsonText {
  const source = state.items
  if (source === undefined) return iterable(world.input(), () => notIterable(state, world.document))
  if (isTemplate(source)) {
    const text = evaluateTemplate(source, world)
    return iterable(parseJson(text), () => unexpectedItems(source, text))
  }
  return iterable(readPath(source, world), () =>
    runtimeFailure(`Reference path "${source.text}" must point to array or object.`),
  )
}

const isTemplate = (source: FieldPath | Template): source is Template => Array.isArray(source)

function iterable(value: Json, refuse: () => Error): JsonText {
  if (!isJsonArray(value) && !isJsonObject(value)) throw refuse()
  return printJson(value)
}

function notIterable(state: MapState, text: JsonText): Error {
  if (!state.jsonata) return runtimeFailure('Reference path "$" must point to array or object.')
  return evaluationFailure(`Map state input must be an array but was: ${text}`, undefined)
}

function unexpectedItems(source: Template, text: JsonText): Error {
  const [only] = source
  if (typeof only !== 'object' || !('source' in only)) {
    return evaluationFailure(`Map state items must be an array but were: ${text}`, 'Items')
  }
  return unexpectedType(only, 'array', text)
}

/** An execution whose frame waits for a Map Run, as its ItemSelector sees it. */
export type ItemWorld = {
  readonly machine: Machine
  readonly state: ExecutionState
  readonly frame: number
  readonly env: Env
  readonly limits: StepLimits
}

/**
 * What the children of a Map Run are given: a function to be asked for one item after the other, which evaluates the
 * ItemSelector in the world of the Map. It changes nothing.
 * @throws (the function) StateFailure; SlowExpression when an expression needs more than its inline time
 */
export function itemInputs({ machine, state, frame: id, env, limits }: ItemWorld): (item: Item) => JsonText {
  const draft = new Draft(machine, state, env, limits)
  const frame = draft.frame(id)
  const map = frame && draft.stateOf(frame)
  if (frame === undefined || map?.type !== 'Map') throw new Error(`frame ${id} is in no Map`)
  const { itemSelector } = map
  if (itemSelector === undefined) return wholeItem
  const document = new Document(effectiveInput(draft, frame, map))
  return (item) => evaluateTemplate(itemSelector, new World(draft, frame, { document, item }))
}

/** A member of an object is given with its name. */
const wholeItem = ({ key, value }: Item): JsonText =>
  key === undefined ? value : `{"Key":${JSON.stringify(key)},"Value":${value}}`
