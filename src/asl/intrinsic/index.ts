/**
 * asl/intrinsic: what may stand in a field that ends in `.$`: a path, or a call such as `States.Format('{}', $.name)`.
 * Words: value expression (compiled), scope (what it can read), intrinsic (a function `States.…`), call (one use of it).
 * Intrinsics do what AWS's do, its Java heritage included; chance, UUIDs and digests come in through the Chance port.
 * It does not walk templates or name error codes: the caller maps PathNotFound and IntrinsicFailure.
 * Only asl imports it.
 */
export { IntrinsicFailure, ValueSyntaxError } from './errors.ts'
export { compileValue, isValue, type ValueExpression, type ValueScope } from './value.ts'
