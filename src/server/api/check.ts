/** Requests against their schemas: every fault with its field, the nearest right name for an unknown one. */
import { z } from 'zod'
import { nearestWord } from '../../base/index.ts'
import { type FieldError, RequestFault } from './problem.ts'

/** The checker that fastify asks: for each schema of a route, by the part of the request it is for. */
export function checkerOf({ schema, httpPart }: { readonly schema: z.ZodType; readonly httpPart?: string }) {
  return (value: unknown): { readonly value: unknown } | { readonly error: Error } => {
    // Headers are many, and each is checked by who reads it.
    if (httpPart === 'headers') return { value }
    try {
      return { value: check(schema, value, httpPart === 'params' ? 'path' : httpPart === 'body' ? 'body' : 'query') }
    } catch (error) {
      if (error instanceof RequestFault) return { error }
      throw error
    }
  }
}

type Issue = z.core.$ZodIssue

/** So many faults are told of one request. */
const maxTold = 20

/**
 * The value as the schema gives it. 400 when it has not the right form (wrong type, unknown field), 422 when a value breaks a rule.
 * @throws RequestFault
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'query' | 'path'): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  const errors = issues.slice(0, maxTold).flatMap((issue) => fieldErrors(issue, schema, where))
  const status = issues.some((issue) => isMalformed(issue, value)) ? 400 : 422
  const more = issues.length > maxTold ? ` (and ${issues.length - maxTold} more)` : ''
  throw new RequestFault(status, errors.map(({ path, message }) => `${path}: ${message}`).join('; ') + more, errors)
}

/** What is no text where one of some words is due is of a wrong type as well. */
const isMalformed = ({ code, path }: Issue, value: unknown): boolean =>
  code === 'invalid_type' ||
  code === 'unrecognized_keys' ||
  (code === 'invalid_value' && typeof valueAt(value, path) !== 'string')

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((found, key) => Object(found)[key] as unknown, value)

function fieldErrors(issue: Issue, schema: z.ZodType, where: string): readonly FieldError[] {
  const path = [where, ...issue.path.map(String)].join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, code: codeOf(issue), message: messageOf(issue) }]
  const known = fieldNames(schemaAt(schema, issue.path))
  return issue.keys.slice(0, maxTold).map((key) => unknownField(`${path}.${key.slice(0, 200)}`, key, known))
}

function unknownField(path: string, key: string, known: readonly string[]): FieldError {
  const near = nearestWord(key.slice(0, 200), known)
  const hint = near === undefined ? `accepted: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`
  return { path, code: 'unknown_field', message: `unknown field; ${hint}` }
}

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return 'wrong_type'
  if (issue.code === 'invalid_value') return 'not_accepted'
  return issue.code
}

function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `accepted: ${issue.values.map(String).join(', ')}`
  return issue.message
}

/** The schema of the object in which an unknown field was found. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((found, step) => {
    const bare = withoutWrappers(found)
    if (bare instanceof z.ZodObject) return Reflect.get(bare.shape, step)
    return bare instanceof z.ZodArray ? bare.element : undefined
  }, schema)
}

function fieldNames(schema: unknown): readonly string[] {
  const bare = withoutWrappers(schema)
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : []
}

function withoutWrappers(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? withoutWrappers(schema.unwrap()) : schema
}
