/** Reading what came from outside, once, with the place of what is wrong. A reader returns the value or throws `Unreadable`. */
import { nearestWord } from '../../base/index.ts'

export type Read<T> = (value: unknown, place: string) => T

/** Caught by the parsers, which know the code of the error. */
export class Unreadable extends Error {
  readonly place: string
  readonly accepted: string
  constructor(place: string, found: string, accepted: string) {
    super(`${place === '' ? 'the document' : place} ${found}`)
    this.place = place
    this.accepted = accepted
  }
}

export function text(accepted: string, pattern: RegExp): Read<string> {
  return (value, place) => {
    if (typeof value === 'string' && pattern.test(value)) return value
    throw new Unreadable(place, describe(value), accepted)
  }
}

export function whole(min: number, max: number): Read<number> {
  return (value, place) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    throw new Unreadable(place, describe(value), `a whole number from ${min} to ${max}`)
  }
}

export function between(min: number, max: number): Read<number> {
  return (value, place) => {
    if (typeof value === 'number' && value >= min && value <= max) return value
    throw new Unreadable(place, describe(value), `a number from ${min} to ${max}`)
  }
}

export const flag: Read<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value
  throw new Unreadable(place, describe(value), 'true or false')
}

export function oneOf<const T extends string>(words: readonly T[]): Read<T> {
  return (value, place) => {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new Unreadable(place, describe(value), words.join(', '))
  }
}

export function list<T>(read: Read<T>, atLeast = 0): Read<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value) || value.length < atLeast) {
      throw new Unreadable(place, describe(value), atLeast > 0 ? `a list of at least ${atLeast}` : 'a list')
    }
    return value.map((item, at) => read(item, `${place}/${at}`))
  }
}

export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, place) => (value === undefined ? undefined : read(value, place))
}

export function fallback<T>(read: Read<T>, otherwise: T): Read<T> {
  return (value, place) => (value === undefined ? otherwise : read(value, place))
}

type Fields = Readonly<Record<string, Read<unknown>>>
type Shape<F extends Fields> = { readonly [K in keyof F]: F[K] extends Read<infer T> ? T : never }

/** Exactly these keys; another is refused with the nearest right one. */
export function record<const F extends Fields>(fields: F): Read<Shape<F>> {
  return (value, place) => {
    const source = plainObject(value, place)
    for (const key of Object.keys(source)) if (!Object.hasOwn(fields, key)) throw unknownKey(key, place, fields)
    const entries = Object.entries(fields).map(([key, read]) => [key, read(source[key], `${place}/${key}`)] as const)
    return shaped<F>(Object.fromEntries(entries.filter(([, member]) => member !== undefined)))
  }
}

/** A section that may be left out when each of its fields may. */
export function section<const F extends Fields>(fields: F): Read<Shape<F>> {
  const read = record(fields)
  return (value, place) => read(value ?? {}, place)
}

/** The one cast: each entry was made by the reader of its key just above. */
function shaped<F extends Fields>(entries: Record<string, unknown>): Shape<F> {
  return entries as Shape<F>
}

function plainObject(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Unreadable(place, describe(value), 'an object')
}

function unknownKey(key: string, place: string, fields: Fields): Unreadable {
  const nearest = nearestWord(key, Object.keys(fields))
  const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return new Unreadable(`${place}/${key}`, `is not known${meant}`, Object.keys(fields).join(', '))
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing'
  const shown = JSON.stringify(value) ?? typeof value
  return `is ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`
}
