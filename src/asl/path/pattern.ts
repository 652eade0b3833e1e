/** Regular expressions of filters. RE2 runs in linear time, so no pattern can hang the interpreter. */
import { RE2JS } from 're2js'
import type { Reading } from './reading.ts'
import type { Scanner } from './scanner.ts'

/** Matches the whole text, as Java's `matches()` does. */
export type Pattern = (text: string, reading: Reading) => boolean

const maxPatternLength = 1000

/** Java's flags; the ones mapped to 0 are about Unicode and line ends, which RE2 treats that way anyhow. */
const flags: ReadonlyMap<string, number> = new Map([
  ['i', RE2JS.CASE_INSENSITIVE],
  ['m', RE2JS.MULTILINE],
  ['s', RE2JS.DOTALL],
  ['d', 0],
  ['u', 0],
  ['U', 0],
])

/** Reads `/expression/flags`, the cursor on the first slash. */
export function readPattern(scanner: Scanner): Pattern {
  const start = scanner.at
  scanner.expect('/', 'before a regular expression')
  const expression = readExpression(scanner, start)
  let mode = 0
  for (const letter of scanner.run((c) => flags.has(c))) mode |= flags.get(letter) ?? 0
  return compile(expression, mode, scanner, start)
}

function readExpression(scanner: Scanner, start: number): string {
  const from = scanner.at
  while (!scanner.sees('/')) {
    scanner.at += scanner.sees('\\') ? 2 : 1
    if (scanner.atEnd) throw scanner.fault('The regular expression is not closed. Expected /', start)
  }
  const expression = scanner.text.slice(from, scanner.at)
  scanner.take('/')
  if (expression.length > maxPatternLength) {
    throw scanner.fault(`A regular expression can have at most ${maxPatternLength} characters`, start)
  }
  return expression
}

function compile(expression: string, mode: number, scanner: Scanner, start: number): Pattern {
  try {
    const compiled = RE2JS.compile(expression, mode)
    const cost = compiled.programSize()
    return (text, reading) => {
      // Linear, but in text times pattern: counted, so that many long texts cannot add up to a standstill.
      reading.spend(Math.ceil((text.length * cost) / visitsWorth))
      return compiled.testExact(text)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw scanner.fault(`The regular expression cannot be used: ${reason}`, start)
  }
}

/** Steps of the automaton that take about as long as one visited value. */
const visitsWorth = 32
