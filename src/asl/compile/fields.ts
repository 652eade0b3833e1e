/** Members of a state, read into their compiled form. The checker has seen them; what has another shape counts as absent. */
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import { compileValue } from '../intrinsic/index.ts'
import type { Assignments, Filter, NumberField, TextField } from '../machine.ts'
import { compileReference, type ReferencePath } from '../path/index.ts'
import { compileExpression, compileExpressions, compileTemplate, isExpression, type Template } from './value.ts'

/** Resolves a state name of the same scope. */
export type Target = (name: Json | undefined) => number

export type Fields = { readonly body: JsonObject; readonly jsonata: boolean; readonly target: Target }

export function template(fields: Fields, json: Json | undefined, location: string): Template | undefined {
  if (json === undefined) return undefined
  return fields.jsonata ? compileExpressions(json, location) : compileTemplate(json)
}

export function assignments(fields: Fields, json: Json | undefined, location: string): Assignments | undefined {
  if (json === undefined || !isJsonObject(json)) return undefined
  if (fields.jsonata) {
    return [...json].map(([name, value]) => ({ name, value: compileExpressions(value, `${location}/${name}`) }))
  }
  return [...json].map(([key, value]) => {
    if (!key.endsWith('.$') || typeof value !== 'string') return { name: key, value: compileTemplate(value) }
    return { name: key.slice(0, -2), value: [{ value: compileValue(value), field: key }] }
  })
}

export function filter(body: JsonObject, field: string): Filter {
  const path = body.get(field)
  if (path === null) return null
  if (typeof path !== 'string' || path === '$') return undefined
  return compileValue(path)
}

export function reference(path: Json | undefined): ReferencePath | null | undefined {
  if (path === null) return null
  return typeof path === 'string' && path !== '$' ? compileReference(path) : undefined
}

export function textField(fields: Fields, field: string): TextField | undefined {
  const { body, jsonata } = fields
  const text = body.get(field)
  if (typeof text === 'string') {
    return jsonata && isExpression(text)
      ? { kind: 'expression', expression: compileExpression(text, field) }
      : { kind: 'literal', text }
  }
  const path = body.get(`${field}Path`)
  return typeof path === 'string' ? { kind: 'path', field: `${field}Path`, value: compileValue(path) } : undefined
}

export function numberField(fields: Fields, field: string): NumberField | undefined {
  const value = fields.body.get(field)
  if (value !== undefined && isJsonNumber(value)) return { kind: 'literal', value: Number(value) }
  if (typeof value === 'string') return { kind: 'expression', expression: compileExpression(value, field) }
  const path = fields.body.get(`${field}Path`)
  return typeof path === 'string' ? { kind: 'path', field: `${field}Path`, value: compileValue(path) } : undefined
}

export const objects = (json: Json | undefined): readonly JsonObject[] =>
  json !== undefined && isJsonArray(json) ? json.filter(isJsonObject) : []

export const texts = (json: Json | undefined): readonly string[] =>
  json !== undefined && isJsonArray(json) ? json.filter((item) => typeof item === 'string') : []

export function roleArn(fields: Fields): TextField | undefined {
  const credentials = fields.body.get('Credentials')
  if (credentials === undefined || !isJsonObject(credentials)) return undefined
  const literalRole = credentials.get('RoleArn')
  if (typeof literalRole === 'string') {
    return fields.jsonata && isExpression(literalRole)
      ? { kind: 'expression', expression: compileExpression(literalRole, 'Credentials/RoleArn') }
      : { kind: 'literal', text: literalRole }
  }
  const path = credentials.get('RoleArn.$')
  return typeof path === 'string' ? { kind: 'path', field: 'RoleArn.$', value: compileValue(path) } : undefined
}
