/** Text that is no JSON, told as AWS's parser tells it. */
import type { JsonSyntaxError } from '../../base/index.ts'
import type { Diagnostic } from '../diagnostic.ts'

/** AWS quotes this much of the text it could not read. */
const longestQuote = 500

/** Message and location both hold the place; a reader of either finds the error. */
export function syntaxDiagnostic(error: JsonSyntaxError, text: string): Diagnostic {
  const location = `[Source: (String)${quote(text)}; line: ${error.line}, column: ${error.column + consumed(error, text)}]`
  return {
    severity: 'ERROR',
    code: 'INVALID_JSON_DESCRIPTION',
    message: `${error.reason}\n at ${location}`,
    location,
  }
}

function quote(text: string): string {
  if (text.length <= longestQuote) return `"${text}"`
  return `"${text.slice(0, longestQuote)}"[truncated ${text.length - longestQuote} chars]`
}

/** AWS counts from behind what it stumbled over: a word or one character. */
function consumed(error: JsonSyntaxError, text: string): number {
  if (error.reason.startsWith('Unexpected character')) return 1
  if (!error.reason.startsWith('Unrecognized token')) return 0
  return /^[\p{L}\p{N}_$]*/u.exec(text.slice(error.offset, error.offset + 1000))?.[0].length ?? 0
}
