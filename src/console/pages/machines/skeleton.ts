/** An input that has the form a procedure's schema asks for, to be filled in. Pure. */

type Schema = Readonly<Record<string, unknown>>

/** Only what must be there: what may be left out is. */
export function skeletonOf(schema: unknown): unknown {
  const found = objectOf(schema)
  if ('default' in found) return found['default']
  if ('const' in found) return found['const']
  const [first] = listOf(found['enum'])
  if (first !== undefined) return first
  const [choice] = [...listOf(found['anyOf']), ...listOf(found['oneOf'])]
  if (choice !== undefined) return skeletonOf(choice)
  switch (found['type']) {
    case 'object':
      return membersOf(found)
    case 'array':
      return []
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return numberOf(found)
    case 'boolean':
      return false
    default:
      return null
  }
}

function membersOf(schema: Schema): unknown {
  const members = objectOf(schema['properties'])
  const names = listOf(schema['required']).filter((name): name is string => typeof name === 'string')
  return Object.fromEntries(names.map((name) => [name, skeletonOf(members[name])]))
}

const numberOf = ({ minimum, exclusiveMinimum }: Schema): number =>
  typeof minimum === 'number' ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : 0

const objectOf = (value: unknown): Schema => (typeof value === 'object' && value !== null ? (value as Schema) : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A JSON pointer of a refusal (`/items/0/price`) as a place in a definition's words (`/items[0]/price`). */
export const placeOfPointer = (pointer: string): string =>
  pointer
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
