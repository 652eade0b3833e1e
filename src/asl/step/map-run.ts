/** A distributed Map: what its run is opened with, and what the end of the run does. The run itself goes on outside. */
import { isJsonArray, isJsonNumber, isJsonObject, type JsonText, parseJson } from '../../base/index.ts'
import { evaluateTemplate, evaluateTyped, readPath } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure, sizeFailure } from '../failure.ts'
import type { DistributedMap, ItemBatcher, ItemReader, MapState, NumberField, ResultWriter } from '../machine.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { effectiveInput } from './fan.ts'
import { plainText, readInteger, readText } from './field.ts'
import { completeState, guarded, recover } from './flow.ts'
import { itemsText } from './items.ts'
import type { About, ItemBatches, ItemSource, MapRunPlan, ResultPlan } from './state.ts'
import { World } from './world.ts'

/** Everything that can fail is evaluated before the run is told of. */
export function openMapRun(draft: Draft, frame: WorkingFrame, state: MapState, distributed: DistributedMap): void {
  const world = new World(draft, frame, { document: effectiveInput(draft, frame, state) })
  const { reader } = distributed
  // As recorded: what a reader is given is evaluated once the state has started.
  const source = reader === undefined ? stateItems(state, world) : (): ItemSource => readerSource(reader, world)
  const maxConcurrency = concurrency(state, world)
  frame.last = Math.max(frame.last, draft.visitOf(frame).enteredId)
  draft.emit(frame, 'MapStateStarted', { length: typeof source === 'function' ? 0 : source.length })
  const { about } = draft.before
  const plan: MapRunPlan = {
    arn: mapRunArn(about, distributed.label, draft.env.uuid()),
    label: distributed.label,
    executionType: distributed.executionType,
    state: state.id,
    source: typeof source === 'function' ? source() : source,
    batches: distributed.batcher && itemBatches(distributed.batcher, world),
    results: resultPlan(distributed.writer, world),
    maxConcurrency,
    toleratedCount: distributed.toleratedCount && toleratedCount(distributed.toleratedCount, world),
    toleratedPercentage: distributed.toleratedPercentage && toleratedPercentage(distributed.toleratedPercentage, world),
  }
  draft.emit(frame, 'MapRunStarted', { mapRunArn: plan.arn })
  const visit = draft.visitOf(frame)
  frame.visit = { ...visit, phase: 'maprun' }
  const { enteredId, attempt } = visit
  draft.command({ kind: 'openMapRun', frame: frame.id, enteredId, attempt, plan })
}

/** `…:stateMachine:SM` or, of a Map inside a run, `…:stateMachine:SM/OUTER` → `…:mapRun:SM/LABEL:UUID`. */
function mapRunArn({ machineArn, machineName }: About, label: string, uuid: string): string {
  const prefix = machineArn.slice(0, machineArn.indexOf(':stateMachine:'))
  return `${prefix}:mapRun:${machineName.split('/')[0]}/${label}:${uuid}`
}

function stateItems(state: MapState, world: World): Extract<ItemSource, { kind: 'state' }> {
  const items = itemsText(state, world)
  const value = parseJson(items)
  return {
    kind: 'state',
    items,
    length: isJsonArray(value) ? value.length : isJsonObject(value) ? value.size : 0,
  }
}

function readerSource(reader: ItemReader, world: World): ItemSource {
  return {
    kind: 'reader',
    action: reader.action,
    parameters: reader.parameters === undefined ? '{}' : evaluateTemplate(reader.parameters, world),
    format: reader.format,
    maxItems: reader.maxItems && readCount(reader.maxItems, 'MaxItems', world),
    pointer: reader.pointer && readText(reader.pointer, world),
  }
}

function concurrency(state: MapState, world: World): number {
  const wanted = state.maxConcurrency === undefined ? 0 : readCount(state.maxConcurrency, 'MaxConcurrency', world)
  if (wanted < 0) throw runtimeFailure('MaxConcurrency cannot be negative.')
  return wanted
}

export function itemBatches({ maxItems, maxBytes, batchInput }: ItemBatcher, world: World): ItemBatches {
  const size = (field: NumberField | undefined, name: string): number | undefined => {
    const value = field && readCount(field, name, world)
    if (value !== undefined && value < 1) throw outOfRange(field, name, `must be at least 1, but is ${value}.`)
    return value
  }
  return {
    maxItems: size(maxItems, 'MaxItemsPerBatch'),
    maxBytes: size(maxBytes, 'MaxInputBytesPerBatch'),
    batchInput: batchInput && evaluateTemplate(batchInput, world),
  }
}

function resultPlan(writer: ResultWriter | undefined, world: World): ResultPlan {
  const { transformation = 'COMPACT', outputType = 'JSON', parameters } = writer ?? {}
  return { transformation, outputType, parameters: parameters && evaluateTemplate(parameters, world) }
}

function toleratedCount(field: NumberField, world: World): number {
  const count = readCount(field, 'ToleratedFailureCount', world)
  if (count < 0) throw outOfRange(field, 'ToleratedFailureCount', 'cannot be negative.')
  return count
}

function toleratedPercentage(field: NumberField, world: World): number {
  const percentage = readPercentage(field, world)
  if (percentage >= 0 && percentage <= 100) return percentage
  throw outOfRange(field, 'ToleratedFailurePercentage', 'must be between 0 and 100.')
}

const outOfRange = (field: NumberField | undefined, name: string, what: string): Error =>
  field?.kind === 'expression' ? evaluationFailure(`${name} ${what}`, name) : runtimeFailure(`${name} ${what}`)

/** A whole number; where a path leads to one that is written as a text, recorded executions take it, too. */
function readCount(field: NumberField, name: string, world: World): number {
  if (field.kind !== 'path') return readInteger(field, name, world)
  return numberAt(field, world, 'integer', Number.isInteger)
}

function readPercentage(field: NumberField, world: World): number {
  if (field.kind === 'literal') return field.value
  if (field.kind === 'expression') return Number(evaluateTyped(field.expression, 'number', world))
  return numberAt(field, world, 'float', Number.isFinite)
}

type PathField = Extract<NumberField, { kind: 'path' }>

function numberAt(field: PathField, world: World, kind: string, holds: (value: number) => boolean): number {
  const value = readPath(field.value, world)
  const isNumber = isJsonNumber(value) || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  const number = isNumber ? Number(value) : Number.NaN
  if (holds(number)) return number
  throw runtimeFailure(
    `The ${field.field} field refers to value "${plainText(value)}" which is not a valid ${kind}: ${field.value.text}`,
  )
}

// ---- the end of the run

/** The results are the state's result. `MapRunSucceeded` moves no cursor: `MapStateExited` follows `MapRunStarted`. */
export function mapRunSucceeded(
  draft: Draft,
  frame: WorkingFrame,
  state: MapState,
  output: JsonText | undefined,
): void {
  const succeeded = draft.note(frame.last, 'MapRunSucceeded')
  guarded(draft, frame, () => {
    if (output === undefined || draft.tooLarge(output)) throw sizeFailure(state.name)
    draft.note(succeeded, 'MapStateSucceeded')
    completeState(draft, frame, state, output)
  })
}

export function mapRunFailed(draft: Draft, frame: WorkingFrame, error: string, cause: string): void {
  draft.emit(frame, 'MapRunFailed', { error, cause })
  recover(draft, frame, { error, cause })
}
