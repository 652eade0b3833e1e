/**
 * Bodies in and out. A payload (an execution's input or output) keeps the spelling of its numbers and the order of its keys on
 * the way through, which `JSON.parse` would lose; everything else in a body is ordinary.
 */
import { z } from 'zod'
import {
  isJsonObject,
  type Json,
  JsonSyntaxError,
  type JsonText,
  parseJson,
  plainFromJson,
  printJson,
} from '../../base/index.ts'
import { serverError } from '../errors.ts'

/** A JSON value that is passed through as text. */
export class Payload {
  readonly text: JsonText
  constructor(text: JsonText) {
    this.text = text
  }
}

/** The schema of a payload: any JSON value. */
export const payload = (description: string) =>
  z.custom<Payload>((value) => value instanceof Payload).meta({ description: `${description} Any JSON value.` })

/** A payload as ordinary values, for a verb that takes those: numbers as doubles, exactly as `JSON.parse` reads them. */
export const plainOf = ({ text }: Payload): unknown => plainFromJson(parseJson(text))

/** @throws HoldfastError api.json */
export function parseBody(text: string, payloadMembers: readonly string[]): unknown {
  const body = parsed(text)
  if (!isJsonObject(body)) return plainFromJson(body)
  // Without a prototype, a member named `__proto__` is just an unknown member.
  const members: Record<string, unknown> = Object.create(null)
  for (const [name, value] of body) {
    members[name] = payloadMembers.includes(name) ? new Payload(printJson(value)) : plainFromJson(value)
  }
  return members
}

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw serverError('api.json', `The request body is no JSON: ${cause.message}`, {
      ...{ place: cause.place, accepted: 'one JSON value, as RFC 8259 has it', cause },
    })
  }
}

/** As `JSON.stringify`, with payloads as they are. */
export function printBody(value: unknown): string {
  if (value instanceof Payload) return value.text
  if (Array.isArray(value)) return `[${value.map((item) => printBody(item)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printBody(member)}`).join(',')}}`
}
