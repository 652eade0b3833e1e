/** Values that a state computes: payload templates of both languages, single paths, single expressions. */
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonKind,
  type JsonText,
  kindOfJson,
  parseJson,
  printJson,
} from '../../base/index.ts'
import { evaluationFailure, runtimeFailure, sizeFailure, StateFailure } from '../failure.ts'
import { compileValue, IntrinsicFailure, type ValueExpression, type ValueScope } from '../intrinsic/index.ts'
import { PathNotFound } from '../path/index.ts'
import type { Bindings, Env } from '../ports.ts'

/** What a value can see: the document that `$` names, the context, the variables, the expression bindings. */
export interface ValueWorld extends ValueScope {
  readonly env: Env
  /** The document that `$` names, as text. */
  readonly document: JsonText
  /** Characters a value may come to: what is longer has more bytes than any payload may have. */
  readonly largest: number
  /** The state that is being evaluated, for what is said of too large values. */
  readonly stateName: string
  bindings(): Bindings
}

/** A path (`$…`, `$$…`, `$name…`) or an intrinsic call in a field of its own. */
export type FieldPath = ValueExpression

/** One JSONata expression and the place it stands in. */
export type Expression = {
  /** The text between `{%` and `%}`, trimmed, as AWS quotes it. */
  readonly source: string
  /** Place inside the state as AWS prints it: `Output/values[0]`. */
  readonly location: string
}

type Part = JsonText | { readonly value: ValueExpression; readonly field: string } | Expression

/** A JSON document with holes. Literal stretches are text already; a hole that is all of `$` is mostly spliced unparsed. */
export type Template = readonly Part[]

/** JSONPath payload template: fields whose name ends in `.$` are evaluated. */
export function compileTemplate(json: Json): Template {
  const parts: Part[] = []
  appendTemplate(parts, json)
  return parts
}

function appendTemplate(parts: Part[], json: Json): void {
  if (isJsonArray(json)) {
    appendList(parts, '[', json, ']', (item) => appendTemplate(parts, item))
  } else if (isJsonObject(json)) {
    appendList(parts, '{', [...json], '}', ([key, member]) => {
      if (key.endsWith('.$') && typeof member === 'string') {
        appendText(parts, `${JSON.stringify(key.slice(0, -2))}:`)
        parts.push({ value: compileValue(member), field: key })
      } else {
        appendText(parts, `${JSON.stringify(key)}:`)
        appendTemplate(parts, member)
      }
    })
  } else appendText(parts, printJson(json))
}

/** JSONata: strings `{% … %}` anywhere are evaluated; `location` is the field, e.g. `Arguments`. */
export function compileExpressions(json: Json, location: string): Template {
  const parts: Part[] = []
  appendExpressions(parts, json, location)
  return parts
}

function appendExpressions(parts: Part[], json: Json, location: string): void {
  if (typeof json === 'string' && isExpression(json)) {
    parts.push(compileExpression(json, location))
  } else if (isJsonArray(json)) {
    appendList(parts, '[', [...json.entries()], ']', ([i, item]) => appendExpressions(parts, item, `${location}[${i}]`))
  } else if (isJsonObject(json)) {
    appendList(parts, '{', [...json], '}', ([key, member]) => {
      appendText(parts, `${JSON.stringify(key)}:`)
      appendExpressions(parts, member, `${location}/${key}`)
    })
  } else appendText(parts, printJson(json))
}

export const isExpression = (text: string): boolean => text.startsWith('{%') && text.endsWith('%}') && text.length >= 4

export const compileExpression = (text: string, location: string): Expression => ({
  source: text.slice(2, -2).trim(),
  location,
})

function appendList<T>(parts: Part[], open: string, items: readonly T[], close: string, each: (item: T) => void): void {
  appendText(parts, open)
  items.forEach((item, i) => {
    if (i > 0) appendText(parts, ',')
    each(item)
  })
  appendText(parts, close)
}

function appendText(parts: Part[], text: string): void {
  const last = parts.at(-1)
  if (typeof last === 'string') parts[parts.length - 1] = last + text
  else parts.push(text)
}

/** The document with its holes filled. @throws StateFailure */
export function evaluateTemplate(template: Template, world: ValueWorld): JsonText {
  let out = ''
  for (const part of template) {
    if (typeof part === 'string') out += part
    else if ('source' in part) out += evaluateExpression(part, world)
    else out += evaluateField(part.value, part.field, world)
    if (out.length > world.largest) throw sizeFailure(world.stateName)
  }
  return out
}

function evaluateField(value: ValueExpression, field: string, world: ValueWorld): JsonText {
  try {
    if (isWholeDocument(value)) return compactDocument(world)
    return printJson(value.evaluate(world, world.env))
  } catch (error) {
    if (error instanceof PathNotFound && error.reason === 'index') return 'null'
    // A path to many values finds none where it leads nowhere.
    if (error instanceof PathNotFound && value.path?.definite === false) return '[]'
    throw fieldFailure(error, value, field, world)
  }
}

/** The document without the author's white space; parsed only when there can be any. */
const compactDocument = (world: ValueWorld): JsonText =>
  /[ \t\n\r]/.test(world.document) ? printJson(world.input()) : world.document

const isWholeDocument = (value: ValueExpression): boolean =>
  value.path !== undefined && value.path.whole && value.path.source.kind === 'input'

function fieldFailure(error: unknown, value: ValueExpression, field: string, world: ValueWorld): unknown {
  if (error instanceof PathNotFound) {
    return runtimeFailure(
      `The JSONPath '${value.text}' specified for the field '${field}' could not be found in the input '${world.document}'`,
    )
  }
  return intrinsicFailure(error)
}

function intrinsicFailure(error: unknown): unknown {
  if (!(error instanceof IntrinsicFailure)) return error
  return new StateFailure('state', 'States.IntrinsicFailure', error.message, { located: true })
}

/** Text of a path used as InputPath, OutputPath, ItemsPath or a `…Path` field. A missing one is "Invalid path". */
export function readPathText(value: FieldPath, world: ValueWorld): JsonText {
  return isWholeDocument(value) ? world.document : printJson(readPath(value, world))
}

/** @throws StateFailure States.Runtime "Invalid path '…' : …" */
export function readPath(value: FieldPath, world: ValueWorld): Json {
  try {
    return value.evaluate(world, world.env)
  } catch (error) {
    if (error instanceof PathNotFound) throw runtimeFailure(`Invalid path '${value.text}' : ${error.message}`)
    throw intrinsicFailure(error)
  }
}

/** Like readPath, with the wording of template fields (`ErrorPath`, `CausePath`). */
export function readField(value: FieldPath, field: string, world: ValueWorld): Json {
  return parseJson(evaluateField(value, field, world))
}

/** The value of one expression as JSON text. @throws StateFailure States.QueryEvaluationError, SlowExpression */
export function evaluateExpression(expression: Expression, world: ValueWorld): JsonText {
  const outcome = world.env.evaluate(expression.source, world.bindings())
  const said = `The JSONata expression '${expression.source}' specified for the field '${expression.location}'`
  switch (outcome.kind) {
    case 'value':
      return outcome.text
    case 'nothing':
      throw evaluationFailure(`${said} returned nothing (undefined).`, expression.location)
    case 'unsupported':
      throw evaluationFailure(`${said} returned an unsupported result type.`, expression.location)
    case 'failed':
      throw evaluationFailure(`${said} threw an error during evaluation${outcome.detail}`, expression.location)
    default:
      return outcome satisfies never
  }
}

/** The value of an expression that has to be of one type. @throws StateFailure States.QueryEvaluationError, SlowExpression */
export function evaluateTyped(
  expression: Expression,
  expected: 'number' | 'string' | 'boolean',
  world: ValueWorld,
): Json {
  const text = evaluateExpression(expression, world)
  const value = parseJson(text)
  if (kindOfJson(value) === expected) return value
  throw unexpectedType(expression, expected, text)
}

/** What an expression came to is not of the type that its field needs. */
export function unexpectedType({ source, location }: Expression, expected: JsonKind, text: JsonText): StateFailure {
  const kind = kindOfJson(parseJson(text))
  return evaluationFailure(
    `The JSONata expression '${source}' specified for the field '${location}' returned an unexpected result type. Expected '${expected}', but was '${kind}' for value: ${text}`,
    location,
  )
}
