/** Filters: `?(@.price < 10 && !(@.sold))`, compiled to functions. */
import { isJsonArray, isJsonNumber, type Json, printJson } from '../../base/index.ts'
import type { PathSyntaxError } from './errors.ts'
import { evaluate } from './evaluate.ts'
import { readLiteral } from './literal.ts'
import { Miss } from './miss.ts'
import { isOperator, negate, type Operand, operators } from './operators.ts'
import { type Pattern, readPattern } from './pattern.ts'
import type { Reading } from './reading.ts'
import type { Scanner } from './scanner.ts'
import type { Predicate, Trail } from './step.ts'

/** Reads the steps of a path in a filter; the cursor stands after its `@` or `$`. */
export type ReadTrail = (scanner: Scanner) => Trail

type Term =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'path'; readonly trail: Trail; readonly fromRoot: boolean }
  | { readonly kind: 'pattern'; readonly matches: Pattern }

/** The cursor stands on the `?` and afterwards behind the closing parenthesis. */
export function readFilter(scanner: Scanner, readTrail: ReadTrail): Predicate {
  scanner.expect('?', 'at the start of a filter')
  scanner.skipBlanks()
  if (!scanner.sees('(')) throw scanner.fault("Expected '(' after '?'")
  return new FilterReader(scanner, readTrail).group()
}

class FilterReader {
  readonly #scanner: Scanner
  readonly #readTrail: ReadTrail

  constructor(scanner: Scanner, readTrail: ReadTrail) {
    this.#scanner = scanner
    this.#readTrail = readTrail
  }

  /** `( … )` */
  group(): Predicate {
    return this.#scanner.nested(() => {
      this.#scanner.expect('(', 'before a condition')
      const condition = this.#alternatives()
      this.#scanner.skipBlanks()
      this.#scanner.expect(')', 'after a condition')
      return condition
    })
  }

  #alternatives(): Predicate {
    const options = this.#chain('||', () => this.#chainOfAll())
    return joined(options, true)
  }

  #chainOfAll(): Predicate {
    const demands = this.#chain('&&', () => this.#demand())
    return joined(demands, false)
  }

  #chain(operator: string, read: () => Predicate): readonly [Predicate, ...Predicate[]] {
    const conditions: [Predicate, ...Predicate[]] = [read()]
    for (;;) {
      this.#scanner.skipBlanks()
      if (!this.#scanner.take(operator)) return conditions
      conditions.push(read())
    }
  }

  #demand(): Predicate {
    this.#scanner.skipBlanks()
    if (this.#scanner.take('!')) return this.#negation()
    return this.#scanner.sees('(') ? this.group() : this.#comparison(true)
  }

  #negation(): Predicate {
    return this.#scanner.nested(() => {
      this.#scanner.skipBlanks()
      const path = this.#scanner.sees('@') || this.#scanner.sees('$')
      const condition = path ? this.#comparison(false) : this.#demand()
      return (item, reading) => negate(condition(item, reading))
    })
  }

  /** A term alone asks whether a path exists. A negated one must, for `!@.a == 1` can be read in two ways. */
  #comparison(mayCompare: boolean): Predicate {
    const start = this.#scanner.at
    const left = this.#term()
    this.#scanner.skipBlanks()
    const operatorAt = this.#scanner.at
    const operator = this.#operator()
    if (operator === '') return this.#existence(left, start)
    if (!mayCompare) throw this.#scanner.fault('A negated comparison needs parentheses: !(…)', operatorAt)
    const word = operator.toLowerCase()
    if (operator !== '=~' && !isOperator(word)) throw this.#unknownOperator(operator, operatorAt)
    this.#scanner.skipBlanks()
    const right = this.#term()
    if (!isOperator(word)) return this.#match(left, right, start)
    if (left.kind === 'pattern' || right.kind === 'pattern') {
      throw this.#scanner.fault('A regular expression needs the operator =~', start)
    }
    const compare = operators[word]
    return (item, reading) => compare(valueOf(left, item, reading), valueOf(right, item, reading), reading)
  }

  #unknownOperator(operator: string, at: number): PathSyntaxError {
    const accepted = [...Object.keys(operators), '=~'].join(' ')
    return this.#scanner.fault(`Filter operator ${operator} is not supported! Accepted are ${accepted}`, at)
  }

  #operator(): string {
    const symbols = this.#scanner.run((c) => '<>=~!'.includes(c))
    return symbols === '' ? this.#scanner.run((c) => /[A-Za-z]/.test(c)) : symbols
  }

  #existence(term: Term, start: number): Predicate {
    if (term.kind !== 'path') throw this.#scanner.fault('Expected a path or a comparison', start)
    const { trail, fromRoot } = term
    return (item, reading) => !(evaluate(trail, fromRoot ? reading.root : item, reading, true) instanceof Miss)
  }

  #match(left: Term, right: Term, start: number): Predicate {
    if (right.kind === 'pattern' && left.kind !== 'pattern') return matcher(right.matches, left)
    if (left.kind === 'pattern' && right.kind !== 'pattern') return matcher(left.matches, right)
    throw this.#scanner.fault('=~ needs a regular expression /…/ on one side', start)
  }

  #term(): Term {
    const fromRoot = this.#scanner.take('$')
    if (fromRoot || this.#scanner.take('@')) return { kind: 'path', trail: this.#readTrail(this.#scanner), fromRoot }
    if (this.#scanner.sees('/')) return { kind: 'pattern', matches: readPattern(this.#scanner) }
    const value = readLiteral(this.#scanner)
    if (value === undefined) throw this.#scanner.fault('Expected a path (@… or $…) or a value')
    return { kind: 'value', value }
  }
}

/** The first condition that answers `decisive`, or does not fit, decides; the others are not asked. */
function joined(conditions: readonly [Predicate, ...Predicate[]], decisive: boolean): Predicate {
  if (conditions.length === 1) return conditions[0]
  return (item, reading) => {
    for (const condition of conditions) {
      const verdict = condition(item, reading)
      if (verdict !== !decisive) return verdict
    }
    return !decisive
  }
}

function valueOf(term: Exclude<Term, { kind: 'pattern' }>, item: Json, reading: Reading): Operand {
  if (term.kind === 'value') return term.value
  const { trail } = term
  return term.fromRoot ? reading.once(trail, () => found(trail, reading.root, reading)) : found(trail, item, reading)
}

function found(trail: Trail, start: Json, reading: Reading): Operand {
  const value = evaluate(trail, start, reading)
  return value instanceof Miss ? undefined : value
}

/** A list matches when one of its items does. */
function matcher(matches: Pattern, term: Exclude<Term, { kind: 'pattern' }>): Predicate {
  return (item, reading) => {
    const value = valueOf(term, item, reading)
    if (value === undefined || !isJsonArray(value)) return matches(subject(value), reading)
    return value.some((entry) => matches(subject(entry), reading))
  }
}

/** What is neither text, number nor boolean is matched as the empty text. */
function subject(value: Operand): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return isJsonNumber(value) || typeof value === 'boolean' ? printJson(value) : ''
}
