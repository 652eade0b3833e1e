/**
 * What becomes of a Map Run in a random run: each item is carried out by an execution of its own, under random events as well,
 * and the run fails when more of them do than it bears.
 */
import {
  type About,
  type Command,
  type Event,
  type Item,
  itemInputs,
  type Machine,
  processorMachine,
  StateFailure,
  type StepLimits,
} from '../../src/asl/index.ts'
import type { ItemWorld } from '../../src/asl/step/items.ts'
import { aboutOf, attemptOf } from '../../src/asl/step/driver.fake.ts'
import { isJsonArray, isJsonObject, type Json, parseJson, printJson } from '../../src/base/index.ts'
import { expressLimits, expressMachine } from '../../src/engine/express/express.ts'
import { exceedsTolerance, thresholdExceeded } from '../../src/engine/map-run/decide.ts'
import type { Tape } from './tape.ts'

export type OpenMapRun = Extract<Command, { kind: 'openMapRun' }>

export type ChildRun = { readonly machine: Machine; readonly about: About; readonly limits: StepLimits }

export type RandomMapRun = {
  readonly run: OpenMapRun
  readonly world: Omit<ItemWorld, 'frame'>
  readonly tape: Tape
  /** Runs a child to its end. Its output when it has succeeded. */
  readonly runChild: (child: ChildRun) => string | undefined
}

/** The event that ends the run. */
export function randomMapRun({ run, world, tape, runChild }: RandomMapRun): Event {
  const at = attemptOf(run)
  const failed = (error: string, cause: string): Event => ({ kind: 'mapRunFailed', ...at, error, cause })
  if (tape.rarely(8)) return failed('States.ItemReaderFailed', 'The specified key does not exist.')
  try {
    const inputOf = itemInputs({ ...world, frame: run.frame })
    const outputs = itemsOf(run).map((item) => runChild(childOf(run, world, inputOf(item))))
    if (isTooMuch(run, outputs)) return failed(thresholdExceeded.error, thresholdExceeded.cause)
    // Larger together than they may be, sometimes.
    if (tape.rarely(12)) return { kind: 'mapRunSucceeded', ...at }
    const output = `[${outputs.filter((text) => text !== undefined).join(',')}]`
    return { kind: 'mapRunSucceeded', ...at, output }
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    return failed(error.error ?? 'States.Runtime', error.detail ?? '')
  }
}

function itemsOf({ plan: { source } }: OpenMapRun): readonly Item[] {
  if (source.kind !== 'state') return []
  const items = parseJson(source.items)
  const itemOf = (value: Json, index: number): Item => ({ index, value: printJson(value), source: 'STATE_DATA' })
  if (isJsonObject(items)) return [...items].map(([key, value], index) => ({ ...itemOf(value, index), key }))
  return isJsonArray(items) ? items.map(itemOf) : []
}

function childOf({ plan }: OpenMapRun, { machine, env, limits }: Omit<ItemWorld, 'frame'>, input: string): ChildRun {
  const map = machine.states[plan.state]
  if (map?.type !== 'Map') throw new Error(`state ${plan.state} is no Map`)
  const about = aboutOf(input)
  const processor = processorMachine(machine, map)
  const common = {
    about: { ...about, startedAt: env.now, machineArn: `${about.machineArn}/${plan.label}` },
  }
  if (plan.executionType === 'STANDARD') return { ...common, machine: processor, limits }
  return { ...common, machine: expressMachine(processor), limits: expressLimits(limits) }
}

function isTooMuch({ plan }: OpenMapRun, outputs: readonly (string | undefined)[]): boolean {
  return exceedsTolerance({
    failedItems: outputs.filter((output) => output === undefined).length,
    timedOutItems: 0,
    abortedItems: 0,
    totalItems: outputs.length,
    toleratedCount: plan.toleratedCount ?? null,
    toleratedPercentage: plan.toleratedPercentage ?? null,
  })
}
