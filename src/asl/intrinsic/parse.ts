/** From the text of a `.$` value to what it is made of. */
import { isJsonText, type Json, nearestWord, parseJson } from '../../base/index.ts'
import { compilePath, type Path, readArgumentPath, Scanner } from '../path/index.ts'
import { ValueSyntaxError } from './errors.ts'
import { type IntrinsicName, intrinsics, isIntrinsic } from './registry.ts'

export type Node =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: Json; readonly spelled?: string }
  | { readonly kind: 'call'; readonly name: IntrinsicName; readonly text: string; readonly parts: readonly Node[] }

/** As AWS documents it. */
const maxNestedCalls = 10
const maxNameLength = 40

/** A path or a call. @throws ValueSyntaxError @throws PathSyntaxError */
export function parseValue(text: string): Node {
  const scanner = new Scanner(text)
  scanner.skipBlanks()
  if (scanner.sees('$')) return { kind: 'path', path: compilePath(text) }
  const reader = new CallReader(scanner)
  const node = reader.call(1)
  scanner.skipBlanks()
  if (!scanner.atEnd) throw new ValueSyntaxError('Nothing may follow the call', scanner.at)
  return node
}

class CallReader {
  readonly #scanner: Scanner

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  call(depth: number): Node {
    const scanner = this.#scanner
    const start = scanner.at
    if (depth > maxNestedCalls) throw this.#fault(`Calls can be nested at most ${maxNestedCalls} deep`)
    const name = this.#name()
    scanner.skipBlanks()
    if (!scanner.take('(')) throw this.#fault(`Expected '(' after ${name}`)
    const parts = this.#parts(depth)
    checkArity(name, parts.length, start)
    return { kind: 'call', name, text: scanner.text.slice(start, scanner.at), parts }
  }

  #name(): IntrinsicName {
    const start = this.#scanner.at
    const name = this.#scanner.run((c) => /[A-Za-z0-9_.]/.test(c))
    if (isIntrinsic(name)) return name
    // Comparing takes the product of the lengths: only what can be a slip of the hand is compared.
    const near = name.length > maxNameLength ? undefined : nearestWord(name, Object.keys(intrinsics))
    const hint =
      near === undefined ? 'Expected a path ($…) or an intrinsic function (States.…)' : `Did you mean ${near}?`
    throw this.#fault(`'${name.slice(0, maxNameLength)}' is no intrinsic function. ${hint}`, start)
  }

  #parts(depth: number): readonly Node[] {
    const scanner = this.#scanner
    const parts: Node[] = []
    skipWhiteSpace(scanner)
    if (scanner.take(')')) return parts
    do {
      skipWhiteSpace(scanner)
      parts.push(this.#part(depth))
      skipWhiteSpace(scanner)
    } while (scanner.take(','))
    if (!scanner.take(')')) throw this.#fault("Expected ',' or ')' after an argument")
    return parts
  }

  #part(depth: number): Node {
    const scanner = this.#scanner
    if (scanner.sees('$')) return { kind: 'path', path: readArgumentPath(scanner) }
    if (scanner.sees("'")) return this.#text()
    if (scanner.sees('States.')) return this.call(depth + 1)
    const start = scanner.at
    const word = scanner.run((c) => /[A-Za-z0-9.+-]/.test(c))
    if (word === '' || !isJsonText(word)) {
      throw this.#fault("Expected a path, a 'text', a number, true, false, null or a call", start)
    }
    return { kind: 'literal', value: parseJson(word) }
  }

  /** Only `\'` `\{` `\}` `\\` are escapes; recorded: AWS refuses `\"`. */
  #text(): Node {
    const scanner = this.#scanner
    const start = ++scanner.at
    let value = ''
    while (!scanner.sees("'")) {
      if (scanner.atEnd) throw this.#fault("Missing closing '", start - 1)
      if (scanner.take('\\') && !`'{}\\`.includes(scanner.current || '?')) {
        throw this.#fault("A backslash must be followed by ' { } or another backslash", scanner.at - 1)
      }
      value += scanner.current
      scanner.at++
    }
    const spelled = scanner.text.slice(start, scanner.at++)
    return { kind: 'literal', value, spelled }
  }

  #fault(message: string, at = this.#scanner.at): ValueSyntaxError {
    return new ValueSyntaxError(message, at)
  }
}

function skipWhiteSpace(scanner: Scanner): void {
  scanner.run((c) => c === ' ' || c === '\t' || c === '\n' || c === '\r')
}

function checkArity(name: IntrinsicName, count: number, at: number): void {
  const [least, most] = intrinsics[name].arity
  if (count >= least && count <= most) return
  const wanted =
    least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
  throw new ValueSyntaxError(`${name} has the wrong number of arguments: ${count} instead of ${wanted}`, at)
}
