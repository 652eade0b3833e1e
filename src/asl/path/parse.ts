/** From the text of a path to its steps. */
import type { Json } from '../../base/index.ts'
import { evaluate } from './evaluate.ts'
import { readFilter } from './filter.ts'
import { isPathFunction, pathFunctions } from './functions.ts'
import { readLiteral, readQuoted } from './literal.ts'
import { Miss } from './miss.ts'
import type { Reading } from './reading.ts'
import type { Scanner } from './scanner.ts'
import { type PathCall, type Step, type Trail, trailOf } from './step.ts'

export type PathSource =
  | { readonly kind: 'input' }
  | { readonly kind: 'context' }
  | { readonly kind: 'variable'; readonly name: string }

const maxVariableName = 80

/** Reads `$`, `$$` or `$name`. */
export function readSource(scanner: Scanner): PathSource {
  const start = scanner.at
  if (!scanner.take('$')) throw scanner.fault("A path must start with '$'")
  if (scanner.take('$')) return { kind: 'context' }
  const [name] = /^[\p{ID_Start}_]\p{ID_Continue}*/u.exec(scanner.text.slice(scanner.at, scanner.at + 200)) ?? []
  if (name === undefined) return { kind: 'input' }
  if (name.length > maxVariableName) {
    throw scanner.fault(`A variable name can have at most ${maxVariableName} characters`, start)
  }
  scanner.at += name.length
  return { kind: 'variable', name }
}

/** Where a path stands decides at which characters a dotted name ends. */
export type Surroundings = 'alone' | 'reference' | 'filter' | 'argument'

const nameEnds = {
  alone: '',
  // What selects many is no part of a name here, unless it is escaped.
  reference: '@,:?*',
  filter: ')<>=~!&|,',
  argument: '),',
} as const satisfies Record<Surroundings, string>

/** Reads the steps up to the first character that cannot belong to the path. @throws PathSyntaxError */
export function readTrail(scanner: Scanner, surroundings: Surroundings): Trail {
  return new StepReader(scanner, surroundings).trail()
}

class StepReader {
  readonly #scanner: Scanner
  readonly #surroundings: Surroundings
  readonly #steps: Step[] = []

  constructor(scanner: Scanner, surroundings: Surroundings) {
    this.#scanner = scanner
    this.#surroundings = surroundings
  }

  trail(): Trail {
    const scanner = this.#scanner
    for (;;) {
      if (scanner.sees('[')) this.#add(this.#bracket())
      else if (scanner.take('..')) this.#below()
      else if (scanner.take('.')) this.#afterDot()
      else return trailOf(scanThenCall(this.#steps))
      if (this.#steps.at(-1)?.kind === 'function') return trailOf(scanThenCall(this.#steps))
    }
  }

  #add(step: Step): void {
    this.#scanner.countStep()
    this.#steps.push(step)
  }

  #below(): void {
    this.#add({ kind: 'descend' })
    this.#afterDot()
  }

  #afterDot(): void {
    const scanner = this.#scanner
    if (scanner.sees('[')) this.#add(this.#bracket())
    else if (scanner.take('*')) this.#add({ kind: 'every' })
    else this.#add(this.#named())
  }

  #named(): Step {
    const start = this.#scanner.at
    const name = this.#name()
    if (name === '') throw this.#scanner.fault('Expected a name after the dot', start)
    if (!this.#scanner.sees('(')) return { kind: 'member', name, quote: "'" }
    return { kind: 'function', name, call: this.#call(name, start) }
  }

  /** A dotted name; a backslash takes the next character as it is (`$.a\.b`). */
  #name(): string {
    const scanner = this.#scanner
    const ends = `.[( ${nameEnds[this.#surroundings]}`
    let name = ''
    while (!scanner.atEnd && !ends.includes(scanner.current)) {
      if (scanner.take('\\') && scanner.atEnd) throw scanner.fault('Nothing follows the backslash')
      name += scanner.current
      scanner.at++
    }
    if (this.#standsAlone() && scanner.sees(' ') && scanner.text.slice(scanner.at).trim() !== '') {
      throw scanner.fault("Use bracket notation ['my property'] if the property contains blanks")
    }
    return name
  }

  #standsAlone(): boolean {
    return this.#surroundings === 'alone' || this.#surroundings === 'reference'
  }

  #bracket(): Step {
    const scanner = this.#scanner
    const start = scanner.at
    scanner.expect('[', 'before a step')
    scanner.skipBlanks()
    const step = this.#bracketed(start)
    scanner.skipBlanks()
    scanner.expect(']', 'after a step')
    return step
  }

  #bracketed(start: number): Step {
    const scanner = this.#scanner
    if (scanner.sees("'") || scanner.sees('"')) return readNames(scanner)
    if (scanner.take('*')) return { kind: 'every' }
    if (scanner.sees('?')) {
      return { kind: 'filter', accepts: readFilter(scanner, (inner) => readTrail(inner, 'filter')) }
    }
    const numbers = scanner.run((c) => '0123456789-:, '.includes(c)).trim()
    if (numbers === '') throw scanner.fault("Expected a quoted name, an index, '*' or '?'")
    return numbers.includes(':') ? slice(numbers, scanner, start) : indexes(numbers, scanner, start)
  }

  #call(name: string, start: number): PathCall {
    const scanner = this.#scanner
    if (!isPathFunction(name)) {
      const accepted = Object.keys(pathFunctions).join(', ')
      throw scanner.fault(`Function with name: ${name} does not exist. Accepted are ${accepted}`, start)
    }
    const parameters = scanner.nested(() => readParameters(scanner))
    const apply = pathFunctions[name]
    return (value, reading) => {
      const given = parameters.map((parameter) => parameter(reading))
      return given.every((one) => one !== undefined) ? apply(value, given) : undefined
    }
  }
}

/** Text between one kind of quotes, or several with commas. */
function readNames(scanner: Scanner): Step {
  const quote = scanner.current
  const names: string[] = []
  do {
    scanner.skipBlanks()
    if (scanner.current !== quote) throw scanner.fault(`Expected a name in ${quote}`)
    names.push(readQuoted(scanner))
    scanner.skipBlanks()
  } while (scanner.take(','))
  const [name = ''] = names
  return names.length === 1 ? { kind: 'member', name, quote } : { kind: 'members', names, quote }
}

function indexes(text: string, scanner: Scanner, start: number): Step {
  const numbers = text.split(',').map((part) => integer(part.trim(), scanner, start))
  const [index = 0] = numbers
  return numbers.length === 1 ? { kind: 'item', index } : { kind: 'items', indexes: numbers }
}

/** A third part (the stride of other dialects) is ignored, as Jayway does. */
function slice(text: string, scanner: Scanner, start: number): Step {
  const [from, to] = text.split(':').map((part) => (part === '' ? undefined : integer(part, scanner, start)))
  if (from === undefined && to === undefined) throw scanner.fault('A slice needs a start or an end', start)
  return { kind: 'slice', from, to }
}

function integer(text: string, scanner: Scanner, start: number): number {
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= -(2 ** 31) && value < 2 ** 31) return value
  throw scanner.fault(`'${text.slice(0, 40)}' is not an array index`, start)
}

type Parameter = (reading: Reading) => Json | undefined

function readParameters(scanner: Scanner): readonly Parameter[] {
  const parameters: Parameter[] = []
  scanner.expect('(', 'before the parameters')
  scanner.skipBlanks()
  if (scanner.take(')')) return parameters
  do {
    scanner.skipBlanks()
    parameters.push(readParameter(scanner))
    scanner.skipBlanks()
  } while (scanner.take(','))
  scanner.expect(')', 'after the parameters')
  return parameters
}

function readParameter(scanner: Scanner): Parameter {
  if (scanner.take('$') || scanner.take('@')) {
    const trail = readTrail(scanner, 'argument')
    return (reading) => known(evaluate(trail, reading.root, reading))
  }
  const value = readLiteral(scanner)
  if (value === undefined) throw scanner.fault('Expected a path or a value')
  return () => value
}

const known = (value: Json | Miss): Json | undefined => (value instanceof Miss ? undefined : value)

/**
 * `$..a.sum()` is one sum over all that `$..a` finds, not one per find: a function at the end of a scan takes its list.
 * Of `length` Jayway makes the number of children of all that is found.
 */
function scanThenCall(steps: readonly Step[]): readonly Step[] {
  const last = steps.at(-1)
  if (steps[0]?.kind !== 'descend' || last?.kind !== 'function') return steps
  const counts = last.name === 'length' || last.name === 'size'
  const scan = trailOf([...steps.slice(0, -1), ...(counts ? [{ kind: 'every' } as const] : [])])
  const call: PathCall = (value, reading) => {
    const list = known(evaluate(scan, value, reading))
    return list === undefined ? undefined : last.call(list, reading)
  }
  return [{ ...last, call }]
}
