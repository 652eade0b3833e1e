/** JSONPath: paths, reference paths, intrinsic calls, and the payload templates that hold them. */
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import { compileValue, type ValueExpression } from '../intrinsic/index.ts'
import { compilePath, compileReference, type PathSource, PathSyntaxError } from '../path/index.ts'
import { itemOf, memberOf, type Place } from './place.ts'
import { text } from './scalars.ts'
import { readVariables } from './variables.ts'
import type { Check, Visit } from './visit.ts'
import { wording } from './wording.ts'

/** `InputPath`, `OutputPath`: a path of any kind into input, context or a variable; null stands for `{}`. */
export const path: Check = (value, place, visit) => {
  if (value === null) return
  if (typeof value !== 'string') return text(value, place, visit)
  const compiled = compiledOrFault(compilePath, value)
  if ('fault' in compiled) visit.run.report.schema(wording.path, place)
  else readSource(compiled.source, visit)
}

/** A path that picks one value by its names and indexes: `Variable`, `ItemsPath`, the `…Path` fields. */
export const reference: Check = (value, place, visit) => {
  if (typeof value !== 'string') return text(value, place, visit)
  const compiled = compiledOrFault(compileReference, value)
  if ('fault' in compiled) visit.run.report.schema(wording.notReference(compiled.fault), place)
  else readSource(compiled.source, visit)
}

/** `ResultPath` writes into the raw input, so it can name neither context nor variable; null throws the result away. */
export const resultPath: Check = (value, place, visit) => {
  if (value === null) return
  if (typeof value !== 'string') return text(value, place, visit)
  if (!value.startsWith('$')) return visit.run.report.schema(wording.path, place)
  const compiled = compiledOrFault(compileReference, value)
  if ('fault' in compiled) visit.run.report.schema(wording.notReference(compiled.fault), place)
  else if (compiled.source.kind !== 'input') visit.run.report.schema(wording.notReference(wording.inputOnly), place)
}

type Sourced = { readonly source: PathSource }

/** The path, or what is wrong with it. */
function compiledOrFault(compile: (text: string) => Sourced, value: string): Sourced | { readonly fault: string } {
  if (!value.startsWith('$')) return { fault: wording.noDollarAtStart }
  try {
    return compile(value)
  } catch (error) {
    if (error instanceof PathSyntaxError) return { fault: error.message }
    throw error
  }
}

function readSource(source: PathSource, visit: Visit): void {
  if (source.kind === 'variable') readVariables([source.name], visit)
}

/** A path or an intrinsic call; undefined when the text is neither. */
function compiledValue(value: string): ValueExpression | undefined {
  try {
    return compileValue(value)
  } catch (error) {
    if (error instanceof PathSyntaxError) return undefined
    throw error
  }
}

/** Intrinsic functions whose value is a string, which is all that Error and Cause can be. */
const textFunctions = [
  'States.Format',
  'States.JsonToString',
  'States.ArrayGetItem',
  'States.Base64Encode',
  'States.Base64Decode',
  'States.Hash',
  'States.UUID',
]

/** `ErrorPath`, `CausePath`: a reference path, or an intrinsic call that yields a string. */
export const textPath: Check = (value, place, visit) => {
  if (typeof value !== 'string' || value.startsWith('$')) return reference(value, place, visit)
  const compiled = compiledValue(value)
  if (compiled === undefined) return visit.run.report.schema(wording.path, place)
  const name = /^[\w.]*/.exec(value.trim())?.[0] ?? ''
  if (!textFunctions.includes(name)) visit.run.report.schema(wording.notText(name, textFunctions), place)
  readVariables(compiled.variables, visit)
}

/** A payload template: an object whose fields named `….$` are computed. */
export const template: Check = (value, place, visit) => {
  if (isJsonObject(value)) checkTemplate(value, place, visit)
  else visit.run.report.schema(wording.expected('[OBJECT]'), place)
}

function checkTemplate(value: Json, place: Place, visit: Visit): void {
  if (isJsonArray(value)) value.forEach((item, i) => checkTemplate(item, itemOf(place, i), visit))
  else if (isJsonObject(value))
    for (const [name, member] of value) checkTemplateField(value, name, member, { place, visit })
}

type At = { readonly place: Place; readonly visit: Visit }

function checkTemplateField(object: JsonObject, name: string, member: Json, { place, visit }: At): void {
  const { report } = visit.run
  if (!name.endsWith('.$')) {
    if (typeof member === 'string' && looksDynamic(member)) {
      report.warning('NO_DOLLAR', wording.looksDynamic(name), memberOf(place, name))
    }
    return checkTemplate(member, memberOf(place, name), visit)
  }
  if (report.full) return
  if (object.has(name.slice(0, -2))) report.schema(wording.fieldTwice(name.slice(0, -2)), place)
  const compiled = typeof member === 'string' ? compiledValue(member) : undefined
  if (compiled === undefined) report.schema(wording.templateValue(name), place)
  else readVariables(compiled.variables, visit)
}

/** A string that someone probably meant to be evaluated. */
export const looksLikePath = (value: string): boolean => /^\$(?:$|\$|[.[]|[\p{ID_Start}])/u.test(value)

export const looksDynamic = (value: string): boolean =>
  looksLikePath(value) || /^States\.[A-Z][A-Za-z0-9]*\(/.test(value)

/** A literal string that is used as it stands, with a warning when it looks like a path. `field` is its name. */
export const literalText =
  (field: string): Check =>
  (value, place, visit) => {
    text(value, place, visit)
    if (visit.language === 'JSONPath' && typeof value === 'string' && looksLikePath(value)) {
      visit.run.report.warning('NO_PATH', wording.looksLikePath(field), place)
    }
  }

/** `Result` of a Pass state: any JSON, used as it stands. */
export const staticJson: Check = (value, place, visit) => {
  if (holdsDynamic(value)) visit.run.report.warning('PASS_RESULT_IS_STATIC', wording.staticResult, place)
}

function holdsDynamic(value: Json): boolean {
  if (typeof value === 'string') return looksDynamic(value)
  if (isJsonArray(value)) return value.some(holdsDynamic)
  if (!isJsonObject(value)) return false
  for (const [name, member] of value) if (name.endsWith('.$') || holdsDynamic(member)) return true
  return false
}
