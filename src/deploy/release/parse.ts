/** A release file against its schema: each fault with its place, and the nearest right name for a wrong one. Pure. */
import { z } from 'zod'
import { nearestWord, parseJson, plainFromJson } from '../../base/index.ts'
import { deployError } from '../errors.ts'
import { type Release, releaseSchemaFor, type ReleaseParts } from './schemas.ts'

type Issue = z.core.$ZodIssue
/** As far as places are looked up in it: what `z.toJSONSchema` writes. */
type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}
export type Fault = { readonly place: string; readonly message: string; readonly nearest?: string }

/** So many faults are told of one file. */
const maxTold = 20
const maxShown = 100

/**
 * The release as the file says it, defaults filled in. `document` is what was parsed from JSON.
 * @throws HoldfastError deploy.release_invalid with every fault and its place; deploy.target_unknown
 */
export function parseRelease(deployers: Readonly<Record<string, ReleaseParts>>, document: unknown): Release {
  const checked = checkAgainst(releaseSchemaFor(partsOf(deployers, document)), document)
  if (checked.release !== undefined) return checked.release
  throw invalid(checked.faults)
}

/**
 * Everything that is wrong with a release file, each with its place, for who shows them beside the file.
 * @throws HoldfastError deploy.target_unknown
 */
export function releaseFaults(deployers: Readonly<Record<string, ReleaseParts>>, document: unknown): readonly Fault[] {
  return checkAgainst(releaseSchemaFor(partsOf(deployers, document)), document).faults
}

type Checked = { readonly release: Release | undefined; readonly faults: readonly Fault[] }

function checkAgainst(schema: ReturnType<typeof releaseSchemaFor>, document: unknown): Checked {
  const unfit = forbidden(document, '')
  const parsed = schema.safeParse(document)
  if (parsed.success && unfit.length === 0) return { release: parsed.data, faults: [] }
  return {
    release: undefined,
    faults: [...unfit, ...(parsed.success ? [] : faultsOf(schema, parsed.error.issues))],
  }
}

/**
 * The same from the text of a file.
 * @throws HoldfastError json.syntax, deploy.release_invalid, deploy.target_unknown
 */
export function readReleaseText(deployers: Readonly<Record<string, ReleaseParts>>, text: string): Release {
  return parseRelease(deployers, plainFromJson(parseJson(text)))
}

/** Everything that is wrong, in the order of the file's schema. */
export function faultsOf(schema: z.ZodType, issues: readonly Issue[]): readonly Fault[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return issues.flatMap((issue) => faultsIn(root, issue, []))
}

function partsOf(deployers: Readonly<Record<string, ReleaseParts>>, document: unknown): ReleaseParts {
  const kinds = Object.keys(deployers)
  const target = isRecord(document) ? document['target'] : undefined
  // The first in the registry is what a file without a target means.
  const kind = target === undefined ? kinds[0] : target
  if (typeof kind === 'string' && Object.hasOwn(deployers, kind)) {
    const parts = deployers[kind]
    if (parts !== undefined) return parts
  }
  const near = typeof kind === 'string' ? nearestWord(kind.slice(0, maxShown), kinds) : undefined
  throw deployError('deploy.target_unknown', `There is no deployer for the target ${shown(kind)}`, {
    place: 'target',
    accepted: kinds.join(', '),
    ...(near === undefined ? {} : { repair: `write "${near}"` }),
  })
}

function faultsIn(root: JsonSchema, issue: Issue, before: readonly PropertyKey[]): readonly Fault[] {
  const path = [...before, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(root, path, issue.keys)
    case 'invalid_union':
      return unionFaults(root, issue, path)
    case 'invalid_value':
      return [{ place: placeOf(path), message: `accepted: ${issue.values.map(String).join(', ')}` }]
    case 'invalid_key':
      return [{ place: placeOf(path), message: `not a name: ${issue.issues[0]?.message ?? 'invalid'}` }]
    case 'invalid_type':
      return [{ place: placeOf(path), message: typeMessage(issue) }]
    default:
      return [{ place: placeOf(path), message: issue.message }]
  }
}

/** Of the alternatives, the one that was meant: whose own type fits, so that only something inside of it is wrong. */
function unionFaults(root: JsonSchema, issue: Extract<Issue, { code: 'invalid_union' }>, path: readonly PropertyKey[]) {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : undefined
  if (options !== undefined) return [{ place: placeOf(path), message: `accepted: ${options.join(', ')}` }]
  const meant = issue.errors.find((branch) => !branch.some(isWrongShape))
  if (meant !== undefined) return meant.flatMap((inner) => faultsIn(root, inner, path))
  const alternatives = issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectation))
  return [{ place: placeOf(path), message: `accepted: ${[...new Set(alternatives)].join(' or ')}` }]
}

const isWrongShape = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(', ')
  return issue.code === 'invalid_type' ? `a value of type ${issue.expected}` : issue.message
}

function typeMessage({ message, expected }: { readonly message: string; readonly expected: string }): string {
  return message.endsWith('received undefined') ? `missing: a value of type ${expected}` : message
}

/** The nearest right name takes its time to be found: it is looked for as far as it is told. */
function unknownKeys(root: JsonSchema, path: readonly PropertyKey[], keys: readonly string[]): readonly Fault[] {
  const known = keysAt(root, path)
  return keys.map((key, i) => unknownKey(i < maxTold ? known : [], path, key))
}

function unknownKey(known: readonly string[], path: readonly PropertyKey[], key: string): Fault {
  const near = nearestWord(key.slice(0, maxShown), known)
  const hint = near === undefined ? `accepted: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`
  return {
    place: placeOf([...path, key.slice(0, maxShown)]),
    message: `unknown key; ${hint}`,
    ...(near === undefined ? {} : { nearest: near }),
  }
}

/** The keys accepted at a place, over all alternatives there. */
function keysAt(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<readonly JsonSchema[]>(
    (schemas, step) => schemas.flatMap((schema) => membersOf(schema, step)),
    alternativesOf(root),
  )
  return [...new Set(found.flatMap((schema) => Object.keys(schema.properties ?? {})))]
}

function membersOf(schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] {
  const { properties = {}, additionalProperties, items } = schema
  const named = typeof step === 'string' && Object.hasOwn(properties, step) ? properties[step] : undefined
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const member = typeof step === 'number' ? items : (named ?? other)
  return member === undefined ? [] : alternativesOf(member)
}

const alternativesOf = (schema: JsonSchema): readonly JsonSchema[] =>
  [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) =>
    one === schema ? [schema] : alternativesOf(one),
  )

/** What cannot be signed, as it has no canonical text, and keys that parsers drop or misread as JavaScript's own affair. */
function forbidden(value: unknown, place: string): readonly Fault[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [{ place: place || 'release', message: illFormed }]
  if (Array.isArray(value)) return value.flatMap((item, i) => forbidden(item, join(place, String(i))))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, member]) => {
    if (!key.isWellFormed()) return [{ place: place || 'release', message: `a key: ${illFormed}` }]
    if (key === '__proto__') return [{ place: join(place, key), message: 'this key is not accepted' }]
    return forbidden(member, join(place, key))
  })
}

const illFormed = 'half of a character (a lone surrogate) is not accepted'

const join = (place: string, key: string): string => (place === '' ? key : `${place}.${key}`)

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((place, step) => join(place, String(step).slice(0, maxShown)), '') || 'release'
}

function invalid(faults: readonly Fault[]) {
  const told = faults.slice(0, maxTold).map(({ place, message }) => `${place}: ${message}`)
  const more = faults.length > maxTold ? `; and ${faults.length - maxTold} more` : ''
  const [first] = faults
  return deployError('deploy.release_invalid', `The release is not valid: ${told.join('; ')}${more}`, {
    ...(first === undefined ? {} : { place: first.place, accepted: first.message }),
    ...(first?.nearest === undefined ? {} : { repair: `write "${first.nearest}"` }),
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, maxShown) ?? 'of no value'
