/** The values inside an evaluation: what jsonata takes for a function, and how much a value weighs. */

/** jsonata's own definitions, lambdas, and the closure it makes of a regular expression. */
export function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  return (
    ('_jsonata_function' in value && value._jsonata_function === true) ||
    ('_jsonata_lambda' in value && value._jsonata_lambda === true)
  )
}

/** The cast: what an evaluation holds came from JSON text or was made like it, so its members are its own and enumerable. */
export function membersOf(value: object): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>
}

/** 8 for a number, 1 for a character or for an array or object itself; stops counting soon after `allowed`. Functions are not looked into. */
export function weigh(value: unknown, allowed: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || isFunction(value)) return 8
  return Array.isArray(value) ? weighItems(value, allowed) : weighMembers(membersOf(value), allowed)
}

function weighItems(items: readonly unknown[], allowed: number): number {
  let weight = 1
  for (let i = 0; i < items.length && weight <= allowed; i++) weight += weigh(items[i], allowed - weight)
  return weight
}

function weighMembers(members: Readonly<Record<string, unknown>>, allowed: number): number {
  let weight = 1
  for (const key of Object.keys(members)) {
    weight += key.length + weigh(members[key], allowed - weight)
    if (weight > allowed) break
  }
  return weight
}
