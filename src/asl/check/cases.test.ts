/** The cases in `cases/`: a definition, its verdict in the file name, what the checker says beside it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isJsonObject, parseJson } from '../../base/index.ts'
import { checkDefinition, describeDiagnostics } from './definition.ts'
import { fakeExpressions } from './expressions.fake.ts'

const folder = join(import.meta.dirname, 'cases')
const files = readdirSync(folder)
const definitions = files.filter((file) => file.endsWith('.asl.json')).toSorted()

const expectedOf = (file: string): unknown => {
  const beside = file.replace('.asl.json', '.diagnostics.json')
  return files.includes(beside) ? JSON.parse(readFileSync(join(folder, beside), 'utf8')) : []
}

describe('a definition', () => {
  it.each(definitions)('%s', (file) => {
    const type = file.includes('.express.') ? 'EXPRESS' : 'STANDARD'
    const found = checkDefinition(readFileSync(join(folder, file), 'utf8'), { type, expressions: fakeExpressions })
    expect(found).toEqual(expectedOf(file))
    expect(found.some(({ severity }) => severity === 'ERROR')).toBe(file.includes('.invalid.'))
  })

  it('has its diagnostics beside it, and there are no others', () => {
    const told = files.filter((file) => file.endsWith('.diagnostics.json'))
    expect(
      told.map((file) => file.replace('.diagnostics.json', '.asl.json')).filter((file) => !files.includes(file)),
    ).toEqual([])
    expect(definitions.length + told.length).toBe(files.length)
  })

  it('holds every state type in a valid case', () => {
    const types = definitions
      .filter((file) => file.includes('.valid.'))
      .flatMap((file) => typesIn(readFileSync(join(folder, file), 'utf8')))
    expect(new Set(types)).toEqual(new Set(['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map']))
  })
})

function typesIn(text: string): unknown[] {
  const definition = parseJson(text)
  const states = isJsonObject(definition) ? definition.get('States') : undefined
  if (states === undefined || !isJsonObject(states)) return []
  return [...states.values()].filter(isJsonObject).map((state) => state.get('Type'))
}

describe('the refusal', () => {
  it('joins the errors with code, message and location, and leaves warnings out', () => {
    expect(
      describeDiagnostics([
        { severity: 'WARNING', code: 'NO_PATH', message: 'w', location: '/States/A' },
        {
          severity: 'ERROR',
          code: 'MISSING_TRANSITION_TARGET',
          message: "Missing 'Next' target: B",
          location: '/States/A/Next',
        },
        { severity: 'ERROR', code: 'MISSING_END_STATE', message: 'Workflow has no terminal state' },
      ]),
    ).toBe(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'",
    )
  })
})
