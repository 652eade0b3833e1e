/** Objects as tables: which members they may have, in which language, how each is checked, which exclude each other. */
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import { memberOf, type Place } from './place.ts'
import type { Check, Language, Visit } from './visit.ts'
import { wording } from './wording.ts'

export type Field = {
  readonly check: Check
  /** Absent: both languages have it. */
  readonly language?: Language
  readonly required?: boolean
}

export type Shape = {
  readonly fields: ReadonlyMap<string, Field>
  readonly groups: readonly Group[]
}

/** Members of which at most one, or exactly one, may be there. */
export type Group = { readonly fields: readonly string[]; readonly required?: boolean }

/** A field of both languages, of JSONPath only, of JSONata only. */
export const both = (check: Check): Field => ({ check })
export const pathOnly = (check: Check): Field => ({ check, language: 'JSONPath' })
export const jsonataOnly = (check: Check): Field => ({ check, language: 'JSONata' })
export const required = (field: Field): Field => ({ ...field, required: true })

export const shape = (fields: Readonly<Record<string, Field>>, groups: readonly Group[] = []): Shape => ({
  fields: new Map(Object.entries(fields)),
  groups,
})

/** A check for members that are objects of that shape. */
export const shaped =
  (of: Shape): Check =>
  (value, place, visit) =>
    void checkShape(of, value, place, visit)

/** Reports everything that is wrong with the object. False when the value is no object at all. */
export function checkShape(of: Shape, value: Json, place: Place, visit: Visit): value is JsonObject {
  if (!isJsonObject(value)) {
    visit.run.report.schema(wording.expected('[OBJECT]'), place)
    return false
  }
  checkNames(of, value, place, visit)
  checkRequired(of, value, place, visit)
  for (const group of of.groups) checkGroup(of, group, value, { place, visit })
  for (const [name, member] of value) {
    const field = of.fields.get(name)
    if (field !== undefined && speaks(field, visit)) field.check(member, memberOf(place, name), visit)
  }
  return true
}

const speaks = (field: Field, visit: Visit): boolean =>
  field.language === undefined || field.language === visit.language

function checkNames(of: Shape, object: JsonObject, place: Place, visit: Visit): void {
  const { report } = visit.run
  for (const name of object.keys()) {
    const field = of.fields.get(name)
    if (field === undefined) report.schema(wording.fieldUnsupported(name), place)
    else if (field.language !== undefined && !speaks(field, visit) && !isDowngraded(visit)) {
      report.schema(wording.wrongLanguage(name, visit.language, field.language), place)
    }
  }
}

/** A JSONPath state of a JSONata machine: that is the whole answer about its language (measured on AWS). */
export const isDowngraded = (visit: Visit): boolean =>
  visit.language === 'JSONPath' && visit.run.language === 'JSONata' && visit.body.get('QueryLanguage') === 'JSONPath'

function checkRequired(of: Shape, object: JsonObject, place: Place, visit: Visit): void {
  const missing: string[] = []
  for (const [name, field] of of.fields) {
    if (field.required === true && speaks(field, visit) && !object.has(name)) missing.push(name)
  }
  if (missing.length > 0) visit.run.report.schema(wording.fieldsRequired(missing), place)
}

type At = { readonly place: Place; readonly visit: Visit }

function checkGroup(of: Shape, group: Group, object: JsonObject, { place, visit }: At): void {
  const names = group.fields.filter((name) => {
    const field = of.fields.get(name)
    return field !== undefined && speaks(field, visit)
  })
  const present = names.filter((name) => isStated(name, object)).length
  if (present > 1) visit.run.report.schema(wording.atMostOneOf(names), place)
  if (present === 0 && group.required === true) visit.run.report.schema(wording.exactlyOneOf(names), place)
}

/** `"End": false` says nothing: a state that has only that leads nowhere. */
const isStated = (name: string, object: JsonObject): boolean =>
  object.has(name) && !(name === 'End' && object.get(name) === false && !object.has('Next'))
