/**
 * The members of an action's request and what AWS's API model demands of them, as data. `parseShape` checks a parsed body
 * against such a table and answers in AWS's words: a wrong JSON type is a SerializationException, a broken constraint one line
 * of a ValidationException. Members that the table does not name are ignored, as AWS does.
 */
import { constraintText, validationText } from '../../engine/index.ts'
import { serverError } from '../errors.ts'

export type TextMember = {
  readonly kind: 'text'
  readonly required?: true
  readonly min?: number
  /** In characters, or the name of a limit that is configured. */
  readonly max?: number | keyof WireLimits
  readonly pattern?: RegExp
  readonly oneOf?: readonly string[]
  /** AWS does not repeat such values in messages. */
  readonly secret?: true
}
/** `float`: with a fraction, too. */
export type NumberMember = {
  readonly kind: 'integer' | 'float'
  readonly required?: true
  readonly min?: number
  readonly max?: number
}
export type BooleanMember = { readonly kind: 'boolean'; readonly required?: true }
export type ListMember = {
  readonly kind: 'list'
  readonly required?: true
  readonly of: Member
  readonly min?: number
  readonly max?: number
  /** AWS shows a list that is too long or too short as its SDK for Java prints it: the name of its items. */
  readonly itemName?: string
}
export type StructureMember = { readonly kind: 'structure'; readonly required?: true; readonly members: Shape }
export type Member = TextMember | NumberMember | BooleanMember | ListMember | StructureMember
export type Shape = Readonly<Record<string, Member>>

/** In characters; what may be longer when the operator allows it (`--aws-limits` sets AWS's own). */
export type WireLimits = { readonly payload: number; readonly definition: number }

type ValueOf<M extends Member> = M extends { readonly oneOf: readonly (infer Choice)[] }
  ? Choice
  : M extends TextMember
    ? string
    : M extends NumberMember
      ? number
      : M extends BooleanMember
        ? boolean
        : M extends ListMember
          ? readonly ValueOf<M['of']>[]
          : M extends StructureMember
            ? RequestOf<M['members']>
            : never

type RequiredNames<S extends Shape> = { [K in keyof S]: S[K] extends { required: true } ? K : never }[keyof S]

/** The type of a request that was checked against a shape. */
export type RequestOf<S extends Shape> = { readonly [K in RequiredNames<S>]: ValueOf<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredNames<S>>]?: ValueOf<S[K]>
}

/**
 * The members of `body` that the shape names, checked. `null` counts as absent.
 * @throws HoldfastError wire.serialization, wire.validation
 */
export function parseShape<const S extends Shape>(shape: S, body: unknown, limits: WireLimits): RequestOf<S> {
  const violations: Violation[] = []
  const request = readStructure(shape, body, { path: '', limits, violations })
  if (violations.length > 0) {
    const told = violations.slice(0, maxTold)
    throw serverError('wire.validation', validationText(told.map(textOf), violations.length), {
      place: told.map(({ field }) => field).join(', '),
      accepted: told.map(({ constraint }) => constraint).join('; '),
    })
  }
  // Every member was read by the reader of its kind, and without violations no required one is absent.
  return request as RequestOf<S>
}

/** A hostile list may hold a violation in each of its items; the count says how many there are. */
const maxTold = 10

type Violation = { readonly field: string; readonly constraint: string; readonly shown: string | undefined }
type Reading = { readonly path: string; readonly limits: WireLimits; readonly violations: Violation[] }

const textOf = ({ field, constraint, shown }: Violation): string => constraintText(field, constraint, shown)

function readStructure(shape: Shape, value: unknown, reading: Reading): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(value, 'a structure', reading.path)
  const request: Record<string, unknown> = {}
  for (const name in shape) {
    const member = shape[name]
    if (member === undefined) continue
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    const path = reading.path === '' ? name : `${reading.path}.${name}`
    if (given !== undefined && given !== null) request[name] = readMember(member, given, { ...reading, path })
    else if (member.required) reading.violations.push({ field: path, constraint: 'not be null', shown: 'null' })
  }
  return request
}

function readMember(member: Member, value: unknown, reading: Reading): unknown {
  switch (member.kind) {
    case 'text':
      return readText(member, value, reading)
    case 'integer':
    case 'float':
      return readNumber(member, value, reading)
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean', reading.path)
      return value
    case 'list':
      return readList(member, value, reading)
    case 'structure':
      return readStructure(member.members, value, reading)
  }
}

function readText(member: TextMember, value: unknown, reading: Reading): string {
  if (typeof value !== 'string') throw wrongType(value, 'a String', reading.path)
  if (!value.isWellFormed()) {
    throw serverError('wire.serialization', `'${reading.path}' holds half of a surrogate pair, which is no text`, {
      place: reading.path,
      accepted: 'Unicode text',
    })
  }
  for (const constraint of textConstraints(member, value, reading.limits)) {
    // Hostile values may be megabytes, and the message is for a person.
    const shown = member.secret ? undefined : `'${value.length > 4096 ? `${value.slice(0, 4096)}…` : value}'`
    reading.violations.push({ field: reading.path, constraint, shown })
  }
  return value
}

function textConstraints(member: TextMember, value: string, limits: WireLimits): readonly string[] {
  const found: string[] = []
  const max = typeof member.max === 'string' ? limits[member.max] : member.max
  // UTF-16 units are never fewer than characters, so only a long text needs counting.
  if (max !== undefined && value.length > max && characters(value, max) > max) {
    found.push(`have length less than or equal to ${max}`)
  }
  if (member.min !== undefined && value.length < member.min) {
    found.push(`have length greater than or equal to ${member.min}`)
  }
  if (member.pattern !== undefined && !member.pattern.test(value)) {
    found.push(`satisfy regular expression pattern: ${member.pattern.source}`)
  }
  if (member.oneOf !== undefined && !member.oneOf.includes(value)) {
    found.push(`satisfy enum value set: [${member.oneOf.join(', ')}]`)
  }
  return found
}

/** Code points, counted only as far as `enough`. */
function characters(text: string, enough: number): number {
  let count = 0
  for (let at = 0; at < text.length && count <= enough; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return count
}

function readNumber(member: NumberMember, value: unknown, reading: Reading): number {
  const wanted = member.kind === 'integer' ? 'an Integer' : 'a Float'
  if (typeof value !== 'number' || (member.kind === 'integer' && !Number.isInteger(value))) {
    throw wrongType(value, wanted, reading.path)
  }
  const add = (constraint: string): void =>
    void reading.violations.push({ field: reading.path, constraint, shown: `'${value}'` })
  if (member.max !== undefined && value > member.max) add(`have value less than or equal to ${member.max}`)
  if (member.min !== undefined && value < member.min) add(`have value greater than or equal to ${member.min}`)
  return value
}

/** The members of a list are counted from 1 in places: `tags.1.member.key`. */
function readList(member: ListMember, value: unknown, reading: Reading): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, 'a list', reading.path)
  const add = (constraint: string): void =>
    void reading.violations.push({ field: reading.path, constraint, shown: `'${shownList(member, value)}'` })
  if (member.max !== undefined && value.length > member.max) add(`have length less than or equal to ${member.max}`)
  if (member.min !== undefined && value.length < member.min) add(`have length greater than or equal to ${member.min}`)
  return value.map((item: unknown, index) => {
    const path = `${reading.path}.${index + 1}.member`
    if (item === null) throw wrongType(item, 'a value', path)
    return readMember(member.of, item, { ...reading, path })
  })
}

/** `[Name(member=value, …), …]`; only as many as a person reads. */
function shownList({ itemName = '' }: ListMember, value: readonly unknown[]): string {
  const items = value.slice(0, maxTold).map((item) => {
    const members = isObject(item) ? Object.entries(item).map(([name, member]) => `${name}=${String(member)}`) : []
    return `${itemName}(${members.join(', ')})`
  })
  return `[${items.join(', ')}${value.length > maxTold ? ', …' : ''}]`.slice(0, 4096)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function wrongType(value: unknown, wanted: string, place: string) {
  const where = place === '' ? 'the request body' : `'${place}'`
  return serverError('wire.serialization', `${jsonTypeOf(value)} can not be converted to ${wanted} at ${where}`, {
    place: place === '' ? 'body' : place,
    accepted: wanted,
  })
}

function jsonTypeOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE'
  if (Array.isArray(value)) return 'START_ARRAY'
  switch (typeof value) {
    case 'string':
      return 'STRING_VALUE'
    case 'number':
      return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE'
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
    default:
      return 'START_OBJECT'
  }
}
