/** What the trail says of a corrected input: the difference, without what looks like a secret. Pure. */
import {
  type Difference,
  differencesBetween,
  looksSecret,
  parseJson,
  printJson,
  withoutSecrets,
} from '../../base/index.ts'
import type { Json, JsonText } from '../../base/index.ts'

/** The record is for people; the whole of both inputs stands in the history. */
const mostDifferences = 50
const longestValue = 200

export type InputChange = {
  readonly differences: readonly ShownDifference[]
  /** How many there are besides. */
  readonly more?: number
}
type ShownDifference = {
  readonly kind: Difference['kind']
  readonly path: string
  /** JSON text, cut where it is long. */
  readonly before?: string
  readonly after?: string
}

export function inputChange(before: JsonText, after: JsonText): InputChange {
  const all = differencesBetween(parseJson(before), parseJson(after))
  const differences = all.slice(0, mostDifferences).map(shown)
  return all.length <= mostDifferences ? { differences } : { differences, more: all.length - mostDifferences }
}

function shown(one: Difference): ShownDifference {
  const isSecret = looksSecret(lastName(one.path))
  const text = (value: Json): string => (isSecret ? '"••••••"' : cut(printJson(withoutSecrets(value))))
  return {
    kind: one.kind,
    path: one.path,
    ...('before' in one ? { before: text(one.before) } : {}),
    ...('after' in one ? { after: text(one.after) } : {}),
  }
}

/** Of the innermost member that has a name: elements of a list of secrets are secrets. */
function lastName(path: string): string {
  const bare = path.replace(/(\[\d+\])+$/, '')
  return /(?:\.|\[')([^.[\]']+)(?:'\])?$/.exec(bare)?.[1] ?? ''
}

const cut = (text: string): string => (text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`)
