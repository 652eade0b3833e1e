/** Values that a state computes, in whichever language it speaks. */
import type { ExpressionPlace } from '../ports.ts'
import { expressions, noResult } from './expressions.ts'
import { template } from './paths.ts'
import { assign } from './variables.ts'
import type { Check } from './visit.ts'

/** A payload template in JSONPath, any JSON with expressions in JSONata. */
const computed =
  (offers: ExpressionPlace): Check =>
  (value, place, visit) =>
    (visit.language === 'JSONPath' ? template : expressions(offers))(value, place, visit)

/** `ItemSelector`, `BatchInput`, `Parameters` and `Arguments`: what goes into the work. */
export const selection: Check = computed(noResult)

/** `Output`: what comes out. */
export const output = (offers: ExpressionPlace): Check => expressions(offers)

/** `Assign`. */
export const assignment = (offers: ExpressionPlace): Check => assign(computed(offers))
