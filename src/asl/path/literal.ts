/** Literals inside paths: quoted names and the values filters compare with. */
import { isJsonText, type Json, parseJson } from '../../base/index.ts'
import type { Scanner } from './scanner.ts'

const controls: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** A quoted text, the cursor on the opening quote. */
export function readQuoted(scanner: Scanner): string {
  const start = scanner.at
  const quote = scanner.current
  let text = ''
  scanner.at++
  while (!scanner.take(quote)) {
    if (scanner.atEnd) throw scanner.fault(`Missing closing ${quote}`, start)
    text += scanner.sees('\\') ? readEscape(scanner, quote) : readCharacter(scanner)
  }
  return text
}

function readCharacter(scanner: Scanner): string {
  return scanner.text.charAt(scanner.at++)
}

function readEscape(scanner: Scanner, quote: string): string {
  scanner.at++
  const letter = readCharacter(scanner)
  if (letter === 'u') return readCodeUnit(scanner)
  // Recorded from AWS: `$['a\"b']` looks for a key that has the backslash in it.
  if ((letter === '"' || letter === "'") && letter !== quote) return `\\${letter}`
  return controls.get(letter) ?? letter
}

function readCodeUnit(scanner: Scanner): string {
  const digits = scanner.text.slice(scanner.at, scanner.at + 4)
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw scanner.fault('Expected four hexadecimal digits after \\u')
  scanner.at += 4
  return String.fromCharCode(Number.parseInt(digits, 16))
}

/** A value: text in either quotes, number, true, false, null, list or object. Undefined when none begins here. */
export function readLiteral(scanner: Scanner): Json | undefined {
  switch (scanner.current) {
    case "'":
    case '"':
      return readQuoted(scanner)
    case '[':
      return scanner.nested(() => readList(scanner))
    case '{':
      return scanner.nested(() => readObject(scanner))
    default:
      return readWord(scanner)
  }
}

function readWord(scanner: Scanner): Json | undefined {
  const start = scanner.at
  const word = scanner.run((c) => /[A-Za-z0-9.+-]/.test(c))
  if (!/^(?:true|false|null|-?[0-9].*)$/.test(word) || !isJsonText(word)) {
    scanner.at = start
    return undefined
  }
  return parseJson(word)
}

function readValue(scanner: Scanner): Json {
  scanner.skipBlanks()
  const value = readLiteral(scanner)
  if (value === undefined) throw scanner.fault('Expected a text, a number, true, false, null, a list or an object')
  scanner.skipBlanks()
  return value
}

function readList(scanner: Scanner): Json {
  const items: Json[] = []
  readEntries(scanner, ']', () => items.push(readValue(scanner)))
  return items
}

function readObject(scanner: Scanner): Json {
  const entries = new Map<string, Json>()
  readEntries(scanner, '}', () => {
    scanner.skipBlanks()
    if (scanner.current !== "'" && scanner.current !== '"') throw scanner.fault('Expected a quoted name')
    const name = readQuoted(scanner)
    scanner.skipBlanks()
    scanner.expect(':', 'between a name and its value')
    entries.set(name, readValue(scanner))
  })
  return entries
}

function readEntries(scanner: Scanner, close: string, readEntry: () => void): void {
  scanner.at++
  scanner.skipBlanks()
  if (scanner.take(close)) return
  for (;;) {
    readEntry()
    if (scanner.take(close)) return
    scanner.expect(',', `or '${close}' after an entry`)
  }
}
