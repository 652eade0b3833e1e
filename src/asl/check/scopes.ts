/** The objects that hold states: the machine, the branches of a Parallel, the processor of a Map. */
import { isJsonObject, type Json } from '../../base/index.ts'
import type { Place } from './place.ts'
import { openScope, type Scope } from './scope.ts'
import { integer, listOf, oneOf, text } from './scalars.ts'
import { both, checkShape, required, type Shape, shape } from './shape.ts'
import { start } from './transitions.ts'
import type { Check, Run, Visit } from './visit.ts'
import { wording } from './wording.ts'

export const queryLanguage: Check = oneOf('JSONPath', 'JSONata')

const states: Check = (value, place, visit) => visit.run.checkStates(value, place, visit)

export const branchShape = shape({
  States: required(both(states)),
  StartAt: required(both(start)),
  Comment: both(text),
})

export const machineShape = shape({
  ...Object.fromEntries(branchShape.fields),
  QueryLanguage: both(queryLanguage),
  Version: both(oneOf('1.0')),
  // 0 is accepted by AWS (measured), though the language asks for a positive number.
  TimeoutSeconds: both(integer(0, 99_999_999)),
})

export const processorShape = shape({
  ...Object.fromEntries(branchShape.fields),
  ProcessorConfig: both((value, place, visit) => processorConfig(value, place, visit)),
})

export function checkMachine(value: Json, place: Place, run: Run): Scope {
  return checkScope(machineShape, value, place, { run, parent: undefined, owner: '', isolated: false })
}

/** `Branches`. */
export const branches: Check = listOf(
  (value, place, { run, scope, name }) =>
    void checkScope(branchShape, value, place, { run, parent: scope, owner: name, isolated: false }),
  1,
)

/** `ItemProcessor`, and its old name `Iterator`. */
export const processor: Check = (value, place, { run, scope, name }) =>
  void checkScope(processorShape, value, place, { run, parent: scope, owner: name, isolated: isDistributed(value) })

type Around = {
  readonly run: Run
  readonly parent: Scope | undefined
  readonly owner: string
  readonly isolated: boolean
}

function checkScope(of: Shape, value: Json, place: Place, { run, parent, owner, isolated }: Around): Scope {
  const scope = openScope(parent, owner, isolated)
  const before = run.report.errorCount
  const body = isJsonObject(value) ? value : new Map<string, Json>()
  checkShape(of, value, place, { run, language: run.language, scope, name: '', body, place })
  scope.faulty = run.report.errorCount > before
  return scope
}

/** Whether the processor asks for executions of its own. */
export function isDistributed(itemProcessor: Json | undefined): boolean {
  return modeOf(itemProcessor) === 'DISTRIBUTED'
}

function modeOf(itemProcessor: Json | undefined): Json | undefined {
  if (itemProcessor === undefined || !isJsonObject(itemProcessor)) return undefined
  const config = itemProcessor.get('ProcessorConfig')
  return config !== undefined && isJsonObject(config) ? config.get('Mode') : undefined
}

const executionType = both(oneOf('STANDARD', 'EXPRESS'))
const mode = both((value, place, visit) => checkMode(value, place, visit))
const inlineConfig = shape({ Mode: mode })
export const distributedConfig = shape({ Mode: mode, ExecutionType: required(executionType) })

function processorConfig(value: Json, place: Place, visit: Visit): void {
  const distributed = isJsonObject(value) && value.get('Mode') === 'DISTRIBUTED'
  checkShape(distributed ? distributedConfig : inlineConfig, value, place, visit)
}

function checkMode(value: Json, place: Place, visit: Visit): void {
  oneOf('INLINE', 'DISTRIBUTED')(value, place, visit)
  if (value === 'DISTRIBUTED' && visit.run.type === 'EXPRESS')
    visit.run.report.schema(wording.expressDistributed, place)
}
