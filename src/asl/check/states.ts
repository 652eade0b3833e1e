/** The eight state types as tables: a field is one line, with its language, its check and whether it must be there. */
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import type { ExpressionPlace } from '../ports.ts'
import { rules } from './choice.ts'
import { noResult } from './expressions.ts'
import { distributed, itemBatcher, itemReader, items, label, resultWriter } from './maps.ts'
import { literalText, path, reference, resultPath, staticJson, textPath } from './paths.ts'
import { memberOf, type Place } from './place.ts'
import { catchers, retry } from './recovery.ts'
import { flag, integer, orExpression, percentage, text, timestamp } from './scalars.ts'
import type { Scope } from './scope.ts'
import { branches, processor, queryLanguage } from './scopes.ts'
import {
  both,
  checkShape,
  type Field,
  type Group,
  isDowngraded,
  jsonataOnly,
  pathOnly,
  required,
  type Shape,
  shape,
} from './shape.ts'
import { credentials, resource, shorterThanTimeout } from './tasks.ts'
import { target } from './transitions.ts'
import { assignment, output, selection } from './values.ts'
import type { Check, Language, Run, Visit } from './visit.ts'
import { wording } from './wording.ts'

type Fields = Readonly<Record<string, Field>>

const longestSeconds = 99_999_999
const ofResult: ExpressionPlace = { result: true, errorOutput: false }

const common: Fields = { Type: required(both(text)), Comment: both(text), QueryLanguage: both(queryLanguage) }
const filters: Fields = { InputPath: pathOnly(path), OutputPath: pathOnly(path) }
const flow: Fields = { Next: both(target), End: both(flag) }
const recovery: Fields = { Retry: both(retry), Catch: both(catchers) }
const leads: Group = { fields: ['Next', 'End'], required: true }

const computes = (offers: ExpressionPlace): Fields => ({
  Output: jsonataOnly(output(offers)),
  Assign: both(assignment(offers)),
})

/** States that call something and take its result in. */
const working: Fields = {
  ...common,
  ...filters,
  ...flow,
  ...recovery,
  ...computes(ofResult),
  Parameters: pathOnly(selection),
  ResultSelector: pathOnly(selection),
  ResultPath: pathOnly(resultPath),
}

const seconds = (least: number): Check => orExpression(integer(least, longestSeconds))

/** A literal (or, in JSONata, an expression), and its twin that takes the value from a path. */
const orPath = (name: string, check: Check): Fields => ({
  [name]: both(check),
  [`${name}Path`]: pathOnly(reference),
})

const twins = (name: string): Group => ({ fields: [name, `${name}Path`] })

export const stateShapes = {
  Task: shape(
    {
      ...working,
      Resource: required(both(resource)),
      Arguments: jsonataOnly(selection),
      Credentials: both(credentials),
      ...orPath('TimeoutSeconds', seconds(1)),
      ...orPath('HeartbeatSeconds', shorterThanTimeout(seconds(1))),
    },
    [leads, twins('TimeoutSeconds'), twins('HeartbeatSeconds')],
  ),
  Wait: shape(
    {
      ...common,
      ...filters,
      ...flow,
      ...computes(noResult),
      SecondsPath: pathOnly(reference),
      Seconds: both(seconds(0)),
      TimestampPath: pathOnly(reference),
      Timestamp: both(orExpression(timestamp)),
    },
    [leads, { fields: ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'], required: true }],
  ),
  Pass: shape(
    {
      ...common,
      ...filters,
      ...flow,
      ...computes(noResult),
      Result: pathOnly(staticJson),
      Parameters: pathOnly(selection),
      ResultPath: pathOnly(resultPath),
    },
    [leads],
  ),
  Succeed: shape({ ...common, ...filters, Output: jsonataOnly(output(noResult)) }),
  Fail: shape(
    {
      ...common,
      Error: both(orExpression(literalText('Error'))),
      ErrorPath: pathOnly(textPath),
      Cause: both(orExpression(literalText('Cause'))),
      CausePath: pathOnly(textPath),
    },
    [twins('Error'), twins('Cause')],
  ),
  Choice: shape({
    ...common,
    ...filters,
    ...computes(noResult),
    Choices: required(both(rules)),
    Default: both(target),
  }),
  Parallel: shape({ ...working, Arguments: jsonataOnly(selection), Branches: required(both(branches)) }, [leads]),
  Map: shape(
    {
      ...working,
      ItemProcessor: both(processor),
      Iterator: both(processor),
      ItemsPath: pathOnly(reference),
      Items: jsonataOnly(items),
      ItemSelector: both(selection),
      ...orPath('MaxConcurrency', orExpression(integer(0))),
      ...orPath('ToleratedFailurePercentage', orExpression(percentage)),
      ...orPath('ToleratedFailureCount', orExpression(integer(0))),
      ItemReader: both(distributed(itemReader)),
      ItemBatcher: both(distributed(itemBatcher)),
      ResultWriter: both(distributed(resultWriter)),
      Label: both(distributed(label)),
    },
    [
      leads,
      { fields: ['ItemProcessor', 'Iterator'], required: true },
      { fields: ['Parameters', 'ItemSelector'] },
      twins('MaxConcurrency'),
      twins('ToleratedFailurePercentage'),
      twins('ToleratedFailureCount'),
    ],
  ),
} satisfies Readonly<Record<string, Shape>>

/** In the order in which AWS lists them. */
const typeNames = Object.keys(stateShapes)

const shapesByType: ReadonlyMap<string, Shape> = new Map(Object.entries(stateShapes))

const longestStateName = 80

/** `States`: names, then each state. */
export const checkStates: Check = (value, place, visit) => {
  if (!isJsonObject(value)) return visit.run.report.schema(wording.expected('[OBJECT]'), place)
  if (value.size === 0) return visit.run.report.schema(wording.empty, place)
  for (const [name, state] of value) {
    const at = memberOf(place, name)
    checkName(name, at, visit.run)
    checkState(name, state, at, visit)
  }
}

function checkName(name: string, place: Place, { report, stateNames }: Run): void {
  if (stateNames.has(name)) report.error('DUPLICATE_STATE_NAME', wording.duplicateState(name), place)
  stateNames.add(name)
  const tooLong = name.length > 2 * longestStateName || [...name].length > longestStateName
  if (tooLong || name === '') report.error('INVALID_STATE_NAME', wording.stateName(name), place)
}

function checkState(name: string, state: Json, place: Place, { run, scope }: Visit): void {
  if (!isJsonObject(state)) return run.report.schema(wording.expected('[OBJECT]'), place)
  noteState(name, state, place, scope)
  const visit: Visit = { run, language: languageOf(state, run.language), scope, name, body: state, place }
  const type = state.get('Type')
  const known = typeof type === 'string' ? shapesByType.get(type) : undefined
  if (known !== undefined) {
    if (isDowngraded(visit)) run.report.schema(wording.downgrade, place)
    checkShape(known, state, place, visit)
  } else if (type === undefined) run.report.schema(wording.fieldsRequired(['Type']), place)
  else if (typeof type !== 'string') run.report.schema(wording.expected('[STRING]'), memberOf(place, 'Type'))
  else run.report.schema(wording.stateType(typeNames), memberOf(place, 'Type'))
}

function noteState(name: string, state: JsonObject, place: Place, scope: Scope): void {
  const type = state.get('Type')
  scope.states.set(name, { place, terminal: state.get('End') === true || type === 'Succeed' || type === 'Fail' })
}

/** Exactly "JSONPath" is JSONPath, absent is the one around, anything else counts as JSONata (measured on AWS). */
export function languageOf(object: JsonObject, around: Language): Language {
  if (!object.has('QueryLanguage')) return around
  return object.get('QueryLanguage') === 'JSONPath' ? 'JSONPath' : 'JSONata'
}
