/** A Map as far as it goes without its iterations: items, what each is given, and how many may fail. */
import { isJsonNumber, type JsonObject, type JsonText, parseJson, printJson } from '../../base/index.ts'
import { numberField } from '../compile/fields.ts'
import { evaluateTyped, readPath } from '../compile/value.ts'
import { runtimeFailure, StateFailure } from '../failure.ts'
import type { ItemBatcher, MapState, NumberField } from '../machine.ts'
import { atPointer, pointerSegments } from '../path/pointer.ts'
import { Batches } from '../step/batches.ts'
import type { Draft, WorkingFrame } from '../step/draft.ts'
import { evaluateConcurrency, iterationInput, mapItems, splitItems } from '../step/fan.ts'
import { plainText, readText } from '../step/field.ts'
import { itemBatches } from '../step/map-run.ts'
import type { World } from '../step/world.ts'
import type { InspectedNumber, Recorder } from './inspection.ts'
import type { TrialRequest } from './request.ts'

type MapTrial = {
  readonly draft: Draft
  readonly frame: WorkingFrame
  readonly state: MapState
  readonly world: World
}

/** What a Map would do with its items: how many iterations there are, and how many of them may fail. */
export type Iterations = {
  /** Undefined where only the ItemReader knows. */
  readonly iterations: number | undefined
  readonly tolerance: ReadonlyMap<InspectedNumber, number>
}

/** @throws StateFailure */
export function inspectMap(trial: MapTrial, request: TrialRequest, recorder: Recorder): Iterations {
  const { draft, frame, state, world } = trial
  const items = itemsOf(trial, request)
  evaluateConcurrency(state, world)
  const tolerance = toleranceOf(request.body, state.jsonata, world)
  for (const [name, value] of tolerance) recorder.numbers.set(name, value)
  if (items !== undefined) {
    const inputs = items.map((item, index) =>
      state.itemSelector === undefined ? item : iterationInput(draft, frame, state, items, index),
    )
    if (state.itemSelector !== undefined) recorder.came('afterItemSelector', listOf(inputs))
    const batcher = state.distributed?.batcher
    if (batcher !== undefined) recorder.came('afterItemBatcher', listOf(batchesOf(batcher, inputs, world)))
  }
  return { iterations: items?.length, tolerance }
}

const listOf = (texts: readonly JsonText[]): JsonText => `[${texts.join(',')}]`

/** What the children would be given: batches of what their items have become. */
function batchesOf(batcher: ItemBatcher, inputs: readonly JsonText[], world: World): readonly JsonText[] {
  const batches = new Batches(itemBatches(batcher, world))
  const full = inputs.flatMap((input) => batches.add(input, ''))
  return [...full, ...batches.rest()].map(({ input }) => input)
}

function itemsOf(trial: MapTrial, { body, readItems }: TrialRequest): readonly JsonText[] | undefined {
  const { state, world } = trial
  if (readItems !== undefined) {
    return splitItems(pointedAt(trial, readItems), () =>
      runtimeFailure('The items that mapItemReaderData holds are not an array.'),
    )
  }
  return body.has('ItemReader') ? undefined : mapItems(state, world)
}

/** What the reader's ItemsPointer leads to in what it has read. */
function pointedAt({ state, world }: MapTrial, readItems: JsonText): JsonText {
  const field = state.distributed?.reader?.pointer
  if (field === undefined) return readItems
  const segments = pointerSegments(readText(field, world))
  const found = segments && atPointer(parseJson(readItems), segments)
  if (found === undefined) {
    throw new StateFailure('state', 'States.ItemReaderFailed', 'Attempting to map over non-iterable node.')
  }
  const text = printJson(found)
  world.env.inspector?.came('afterItemsPointer', text)
  return text
}

const tolerances = [
  ['ToleratedFailureCount', 'toleratedFailureCount'],
  ['ToleratedFailurePercentage', 'toleratedFailurePercentage'],
] as const

function toleranceOf(body: JsonObject, jsonata: boolean, world: World): ReadonlyMap<InspectedNumber, number> {
  const found = tolerances.flatMap(([name, shown]) => {
    const field = numberField({ body, jsonata, target: () => 0 }, name)
    return field === undefined ? [] : [[shown, readTolerance(field, world)] as const]
  })
  return new Map(found)
}

function readTolerance(field: NumberField, world: World): number {
  if (field.kind === 'literal') return field.value
  if (field.kind === 'expression') return Number(evaluateTyped(field.expression, 'number', world))
  const value = readPath(field.value, world)
  if (isJsonNumber(value)) return Number(value)
  throw runtimeFailure(
    `The ${field.field} field refers to value "${plainText(value)}" which is not a number: ${field.value.text}`,
  )
}

export const thresholdExceeded = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
}

/** Whether more iterations have failed than the Map bears; without a tolerance it bears none. */
export function exceedsTolerance(
  tolerance: Iterations['tolerance'],
  failed: number,
  iterations: number | undefined,
): boolean {
  if (failed === 0) return false
  const count = tolerance.get('toleratedFailureCount')
  const percentage = tolerance.get('toleratedFailurePercentage')
  if (count === undefined && percentage === undefined) return true
  if (count !== undefined && failed > count) return true
  return percentage !== undefined && iterations !== undefined && (100 * failed) / iterations > percentage
}
