/**
 * jsonata: AWS's JSONata dialect behind the expression ports that asl declares: checked, evaluated inline, or in a worker.
 * Words: expression (the text between `{%` and `%}`), outcome (what it came to), chance (time, random numbers, ids).
 * It does not know states, fields or history: the language decides where an expression stands and what its failure means.
 * An outcome depends on the machine's speed only at AWS's one second; it is recorded, so a replay does not evaluate again.
 */
export { type ExpressionChance, hashText, type Seed, seededChance } from './chance.ts'
export type { DialectBindings } from './evaluator.ts'
export { jsonataErrorCodes } from './errors.ts'
export { createExpressions, type Expressions, type ExpressionsOptions } from './expressions.ts'
