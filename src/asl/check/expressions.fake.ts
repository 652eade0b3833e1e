/** Just enough of an expression checker for the tests: an unfinished sum, a bare name, members of `$states`. */
import type { ExpressionChecker, ExpressionFault } from '../ports.ts'

const unsupported = (message: string): ExpressionFault => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message })

export const fakeExpressions: ExpressionChecker = {
  check(source, place) {
    const faults: ExpressionFault[] = []
    if (source.trim().endsWith('+')) {
      faults.push({ code: 'INVALID_JSONATA_EXPRESSION', message: 'Unexpected end of expression' })
    }
    if (source.trim() === 'phone') faults.push(unsupported("Reference to 'phone' at the top level is not supported."))
    for (const member of ['result', 'errorOutput'] as const) {
      if (source.includes(`$states.${member}`) && !place[member]) {
        faults.push(unsupported(`$states.${member} is not offered here`))
      }
    }
    return faults
  },
  variables(source) {
    const names = [...source.matchAll(/\$([A-Za-z]\w*)/g)].map(([, name]) => name ?? '')
    return [...new Set(names)].filter((name) => name !== 'states').toSorted()
  },
}
