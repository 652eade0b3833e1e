/** What the relational operators of filters mean, with Java's heritage: `'8.95'` equals `8.95`, undefined equals nothing. */
import {
  compareNumbers,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonArray,
  JsonNumber,
  type JsonObject,
  printJson,
} from '../../base/index.ts'
import type { Reading } from './reading.ts'
import type { Verdict } from './step.ts'

/** An absent operand is undefined, which is not null. */
export type Operand = Json | undefined
type Comparison = (left: Operand, right: Operand, reading: Reading) => Verdict

export const operators = {
  '==': equal,
  '!=': (left, right, reading) => !equal(left, right, reading),
  '===': identical,
  '!==': (left, right, reading) => !identical(left, right, reading),
  '<': (left, right) => ordered(left, right, (order) => order < 0),
  '<=': (left, right) => ordered(left, right, (order) => order <= 0),
  '>': (left, right) => ordered(left, right, (order) => order > 0),
  '>=': (left, right) => ordered(left, right, (order) => order >= 0),
  in: isIn,
  nin: (left, right, reading) => negate(isIn(left, right, reading)),
  contains: (left, right, reading) => {
    if (typeof left === 'string' && typeof right === 'string') return left.includes(right)
    return left !== undefined && isJsonArray(left) && holds(left, right, reading)
  },
  all: (left, right, reading) => bothLists(left, right, (own, wanted) => subset(wanted, own, reading)),
  subsetof: (left, right, reading) => bothLists(left, right, (own, allowed) => subset(own, allowed, reading)),
  anyof: (left, right, reading) => bothLists(left, right, (own, wanted) => intersects(own, wanted, reading)),
  noneof: (left, right, reading) => bothLists(left, right, (own, banned) => !intersects(own, banned, reading)),
  size: (left, right) => {
    if (right === undefined || right === null || !isJsonNumber(right)) return false
    const wanted = Math.trunc(Number(right))
    return (typeof left === 'string' || (left !== undefined && isJsonArray(left))) && left.length === wanted
  },
  empty: (left, right) => {
    if (typeof left === 'string' || (left !== undefined && isJsonArray(left))) return same(left.length === 0, right)
    return left !== undefined && isJsonObject(left) ? same(left.size === 0, right) : false
  },
} satisfies Record<string, Comparison>

export type OperatorName = keyof typeof operators

export function isOperator(word: string): word is OperatorName {
  return Object.hasOwn(operators, word)
}

function same(answer: boolean, wanted: Operand): Verdict {
  return typeof wanted === 'boolean' ? answer === wanted : undefined
}

export function negate(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict
}

/** Texts and numbers compare as what the left one is; everything else only with its own kind. */
function equal(left: Operand, right: Operand, reading: Reading): boolean {
  if (left === undefined || right === undefined) return false
  if (typeof left === 'string' && isJsonNumber(right)) return left === printJson(right)
  if (isJsonNumber(left) && typeof right === 'string') return isNumeral(right) && equalsNumeral(left, right)
  return deepEqual(left, right, reading)
}

function identical(left: Operand, right: Operand, reading: Reading): boolean {
  return left !== undefined && right !== undefined && deepEqual(left, right, reading)
}

const isNumeral = (text: string): boolean => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
const equalsNumeral = (number: number | JsonNumber, text: string): boolean =>
  compareNumbers(number, new JsonNumber(text)) === 0

/** Like `equalJson`, but it counts what it looks at: a filter may compare every item with everything. */
function deepEqual(left: Json, right: Json, reading: Reading): boolean {
  reading.spend()
  if (left === right) return true
  if (left === null || right === null) return false
  if (isJsonNumber(left)) return isJsonNumber(right) && compareNumbers(left, right) === 0
  if (isJsonArray(left)) return isJsonArray(right) && equalItems(left, right, reading)
  return isJsonObject(left) && isJsonObject(right) && equalMembers(left, right, reading)
}

function equalItems(left: JsonArray, right: JsonArray, reading: Reading): boolean {
  return left.length === right.length && left.every((item, i) => deepEqual(item, right[i] ?? null, reading))
}

function equalMembers(left: JsonObject, right: JsonObject, reading: Reading): boolean {
  if (left.size !== right.size) return false
  for (const [key, member] of left) {
    const other = right.get(key)
    if (other === undefined || !deepEqual(member, other, reading)) return false
  }
  return true
}

function ordered(left: Operand, right: Operand, accepts: (order: number) => boolean): boolean {
  if (typeof left === 'string' && typeof right === 'string') return accepts(left < right ? -1 : left > right ? 1 : 0)
  if (left === undefined || right === undefined) return false
  return isJsonNumber(left) && isJsonNumber(right) && accepts(compareNumbers(left, right))
}

function isIn(left: Operand, right: Operand, reading: Reading): Verdict {
  if (right === undefined || (!isJsonArray(right) && !isJsonObject(right))) return undefined
  return isJsonArray(right) && holds(right, left, reading)
}

function holds(list: JsonArray, wanted: Operand, reading: Reading): boolean {
  return list.some((item) => equal(wanted, item, reading))
}

function subset(own: JsonArray, allowed: JsonArray, reading: Reading): boolean {
  return own.every((item) => holds(allowed, item, reading))
}

function intersects(own: JsonArray, others: JsonArray, reading: Reading): boolean {
  return own.some((item) => holds(others, item, reading))
}

/** An object in the place of a list is a no, anything else makes the whole filter reject the item. */
function bothLists(left: Operand, right: Operand, decide: (left: JsonArray, right: JsonArray) => boolean): Verdict {
  for (const side of [right, left]) {
    if (side === undefined || (!isJsonArray(side) && !isJsonObject(side))) return undefined
  }
  return left !== undefined && right !== undefined && isJsonArray(left) && isJsonArray(right) && decide(left, right)
}
