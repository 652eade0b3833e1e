/**
 * The run of a distributed Map in a simulation: each item, or batch of items, is a simulation of its own, as many of them at
 * once as the Map allows. Pure.
 */
import { isJsonArray, isJsonObject, type Json, type JsonText, parseJson, printJson } from '../base/index.ts'
import { Batches } from './step/batches.ts'
import type { Item } from './step/context.ts'
import type { Command, Event, MapRunPlan, ResultPlan } from './step/state.ts'
import { exceedsTolerance, thresholdExceeded } from './trial/map.ts'

export type OpenMapRun = Extract<Command, { readonly kind: 'openMapRun' }>

/** What a Map with an ItemReader is to read: an array or object, as JSON; undefined: nobody has said. */
export type ReadItems = (stateName: string) => JsonText | undefined

/** How a child came out; without an end it waits for ever. */
export type ChildOutcome = { readonly endedAt: number | undefined; readonly output: JsonText | undefined }

export type MapRunSimulation = {
  readonly run: OpenMapRun
  readonly inputs: readonly JsonText[]
  readonly now: number
  readonly tooLarge: (output: JsonText) => boolean
  readonly runChild: (input: JsonText, index: number, startedAt: number) => Promise<ChildOutcome>
}

export type MapRunEnd = { readonly at: number; readonly event: Event }

/** Undefined when a child waits for ever, and the run with it. */
export async function simulateMapRun(simulation: MapRunSimulation): Promise<MapRunEnd | undefined> {
  const { run, inputs, now, tooLarge, runChild } = simulation
  const slots = new Slots(run.plan.maxConcurrency, now)
  const outputs: JsonText[] = []
  let failedItems = 0
  for (const [index, { input, items }] of inBatches(run.plan, inputs).entries()) {
    const { endedAt, output } = await runChild(input, index, slots.take())
    if (endedAt === undefined) return undefined
    slots.free(endedAt)
    if (output === undefined) failedItems += items
    else outputs.push(output)
    const isTooMuch = exceedsTolerance(toleranceOf(run.plan), failedItems, inputs.length)
    if (isTooMuch) return failedRun(run, endedAt, thresholdExceeded)
  }
  const output = resultOf(run.plan, outputs)
  const { frame, enteredId, attempt } = run
  const event: Event = { kind: 'mapRunSucceeded', frame, enteredId, attempt, ...(tooLarge(output) ? {} : { output }) }
  return { at: slots.last, event }
}

/** The ends of what runs at once, in virtual time: the next begins where the first of them has ended. */
class Slots {
  readonly #most: number
  readonly #ends: number[] = []
  readonly #now: number
  last: number

  /** `most` 0: all at once. */
  constructor(most: number, now: number) {
    this.#most = most === 0 ? Infinity : most
    this.#now = now
    this.last = now
  }

  take(): number {
    if (this.#ends.length < this.#most) return this.#now
    const earliest = this.#ends.reduce((a, b) => Math.min(a, b))
    this.#ends.splice(this.#ends.indexOf(earliest), 1)
    return earliest
  }

  free(at: number): void {
    this.#ends.push(at)
    this.last = Math.max(this.last, at)
  }
}

type ChildInput = { readonly input: JsonText; readonly items: number }

function inBatches({ batches: plan }: MapRunPlan, inputs: readonly JsonText[]): readonly ChildInput[] {
  if (plan === undefined) return inputs.map((input) => ({ input, items: 1 }))
  const batches = new Batches(plan)
  return [...inputs.flatMap((input) => batches.add(input, '')), ...batches.rest()]
}

const toleranceOf = ({ toleratedCount, toleratedPercentage }: MapRunPlan) =>
  new Map([
    ...(toleratedCount === undefined ? [] : [['toleratedFailureCount', toleratedCount] as const]),
    ...(toleratedPercentage === undefined ? [] : [['toleratedFailurePercentage', toleratedPercentage] as const]),
  ])

export function failedRun(
  { frame, enteredId, attempt }: OpenMapRun,
  at: number,
  { error, cause }: { readonly error: string; readonly cause: string },
): MapRunEnd {
  return { at, event: { kind: 'mapRunFailed', frame, enteredId, attempt, error, cause } }
}

/** Nothing is written in a simulation: where the results would be exported, it is told where to. */
function resultOf({ arn, results }: MapRunPlan, outputs: readonly JsonText[]): JsonText {
  if (results.parameters === undefined)
    return `[${outputs.flatMap((output) => transformed(results, output)).join(',')}]`
  const { Bucket = '', Prefix = '' } = textsOf(parseJson(results.parameters))
  const folder = [...(Prefix === '' ? [] : [Prefix.replace(/\/$/, '')]), arn.split(':').at(-1)].join('/')
  return JSON.stringify({ MapRunArn: arn, ResultWriterDetails: { Bucket, Key: `${folder}/manifest.json` } })
}

function transformed({ transformation }: ResultPlan, output: JsonText): readonly JsonText[] {
  const value = transformation === 'FLATTEN' ? parseJson(output) : null
  return isJsonArray(value) ? value.map(printJson) : [output]
}

const textsOf = (parameters: Json): Readonly<Record<string, string>> =>
  isJsonObject(parameters)
    ? Object.fromEntries([...parameters].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
    : {}

/** Items of the state, or what its reader would have read: as many of them as it may. Undefined: that is not known. */
export function itemsOfRun(
  { plan: { source } }: OpenMapRun,
  stateName: string,
  read: ReadItems,
): readonly Item[] | undefined {
  if (source.kind === 'state') return itemsIn(source.items, 'STATE_DATA')
  const items = read(stateName)
  return items === undefined ? undefined : itemsIn(items, 'S3://simulated').slice(0, source.maxItems)
}

function itemsIn(text: JsonText, source: string): readonly Item[] {
  const value = parseJson(text)
  const itemOf = (item: Json, index: number): Item => ({ index, value: printJson(item), source })
  if (isJsonObject(value)) return [...value].map(([key, member], index) => ({ ...itemOf(member, index), key }))
  return isJsonArray(value) ? value.map(itemOf) : [itemOf(value, 0)]
}
