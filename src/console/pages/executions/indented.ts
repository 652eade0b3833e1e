/** JSON as people edit it: one member a line, numbers spelled as they are. Pure. */
import { isJsonArray, isJsonObject, type Json, parseJson, printJson } from '../../../base/index.ts'

/** What is no JSON is left as it is. */
export function indented(text: string): string {
  try {
    return print(parseJson(text), '')
  } catch {
    // It is shown to be mended.
    return text
  }
}

function print(value: Json, before: string): string {
  const inner = `${before}  `
  if (isJsonArray(value) && value.length > 0) {
    return `[\n${value.map((item) => inner + print(item, inner)).join(',\n')}\n${before}]`
  }
  if (isJsonObject(value) && value.size > 0) {
    const members = [...value].map(([name, member]) => `${inner}${JSON.stringify(name)}: ${print(member, inner)}`)
    return `{\n${members.join(',\n')}\n${before}}`
  }
  return printJson(value)
}
