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

/** By path: what was there (JSON text, cut where it is long), and what is there now; one of them is absent where it came or went. */
export type InputChange = {
  readonly input: Readonly<Record<string, { readonly before?: string; readonly after?: string }>>
  /** How many there are besides. */
  readonly more?: number
}

export function inputChange(before: JsonText, after: JsonText): InputChange {
  const all = differencesBetween(parseJson(before), parseJson(after))
  const input = Object.fromEntries(all.slice(0, mostDifferences).map((one) => [one.path, shown(one)]))
  return all.length <= mostDifferences ? { input } : { input, more: all.length - mostDifferences }
}

function shown(one: Difference): InputChange['input'][string] {
  const isSecret = looksSecret(lastName(one.path))
  const text = (value: Json): string => (isSecret ? '"••••••"' : cut(printJson(withoutSecrets(value))))
  return {
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
