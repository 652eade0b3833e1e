/** Requests from outside against their schemas; what is wrong is said in the words of AWS's API model. */
import type { z } from 'zod'
import { constraintText, invalidRequest, validationText } from './errors.ts'

type Issue = z.core.$ZodIssue

/** So many are told; the count says how many there are. */
const maxTold = 10
/** Longer values are shown up to here: enough for every token, too little to flood a log. */
const maxShown = 4096

export type ParseOptions = {
  /** Our member names → the wire's, where they differ. */
  readonly awsNames?: Readonly<Record<string, string>>
  /** Members whose values are not repeated in the message. */
  readonly hidden?: readonly string[]
}

/**
 * The request with its defaults, or every violation in one error.
 * @throws HoldfastError request.invalid
 */
export function parseRequest<T>(schema: z.ZodType<T>, request: unknown, options: ParseOptions = {}): T {
  const parsed = schema.safeParse(request)
  if (parsed.success) return parsed.data
  const { awsNames = {}, hidden = [] } = options
  const { issues } = parsed.error
  const told = issues.slice(0, maxTold).map((issue) => {
    const shown = hidden.includes(String(issue.path[0])) ? undefined : showValue(valueAt(request, issue.path))
    return constraintText(fieldName(issue.path, awsNames), constraintOf(issue, valueAt(request, issue.path)), shown)
  })
  const text = validationText(told, issues.length)
  throw invalidRequest(text, fieldName(issues[0]?.path ?? [], awsNames))
}

/** Half a surrogate pair has no UTF-8: the database would keep another text than was sent. */
export function wellFormed(text: z.ZodString): z.ZodString {
  return text.refine((value) => value.isWellFormed(), { error: 'it holds half a surrogate pair' })
}

function constraintOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'too_small':
      return `have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`
    case 'too_big':
      return `have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`
    case 'invalid_value':
      return `satisfy enum value set: [${issue.values.map(String).join(', ')}]`
    case 'invalid_type':
      return value === undefined || value === null ? 'not be null' : `be of type ${issue.expected}`
    default:
      return `be valid: ${issue.message}`
  }
}

function measureOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'length' : 'value'
}

/** AWS counts list members from 1: `tags.1.member.key`. */
function fieldName(path: readonly PropertyKey[], awsNames: Readonly<Record<string, string>>): string {
  const words = path.map((step, i) => {
    if (typeof step === 'number') return `${step + 1}.member`
    const name = String(step)
    return i === 0 && Object.hasOwn(awsNames, name) ? awsNames[name] : name
  })
  return words.join('.') || 'request'
}

function valueAt(request: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    request,
  )
}

function shortText(value: {}): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return '[…]'
  return typeof value === 'object' ? '{…}' : (JSON.stringify(value) ?? typeof value)
}

function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  const text = shortText(value)
  return `'${text.length > maxShown ? `${text.slice(0, maxShown)}…` : text}'`
}
