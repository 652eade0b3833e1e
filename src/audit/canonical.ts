/** Canonical JSON (RFC 8785): one text per value, so that a digest of it means the value. */
import { canonicalRefused } from './errors.ts'

/** What ordinary code composes. Members that are undefined are left out. */
export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [name: string]: PlainJson | undefined }

/** Members sorted by UTF-16 code units, no white space, ECMAScript's numbers. @throws HoldfastError audit.not_canonical */
export function canonicalJson(value: PlainJson): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value)
    case 'number':
      if (!Number.isFinite(value)) throw canonicalRefused(String(value))
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
  }
  if (value === null) return 'null'
  return isList(value) ? `[${value.map(canonicalJson).join(',')}]` : canonicalObject(value)
}

/** A lone surrogate has no UTF-8 form, so it has no canonical one either. */
export function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw canonicalRefused('a string with a lone surrogate')
  return JSON.stringify(text)
}

function canonicalObject(members: { readonly [name: string]: PlainJson | undefined }): string {
  let out = ''
  for (const name of Object.keys(members).toSorted(byCodeUnits)) {
    const member = members[name]
    if (member === undefined) continue
    out += `${out === '' ? '' : ','}${canonicalString(name)}:${canonicalJson(member)}`
  }
  return `{${out}}`
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isList = (value: PlainJson): value is readonly PlainJson[] => Array.isArray(value)
