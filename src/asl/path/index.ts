/**
 * asl/path: JSONPath as Step Functions has it (Jayway JsonPath), compiled once and read often.
 * Words: path (gives a value or a list), reference path (names one place, can be written), trail (compiled steps), miss.
 * Documents are lossless Json; what is found is the document's own value. Work is bounded: hostile paths end in an error.
 * It does not know states, fields or scopes: the caller looks at `source` and hands over the right document.
 * Only asl imports it.
 */
export { type NotFoundReason, PathNotFound, PathSyntaxError, ReferenceMismatch } from './errors.ts'
export { javaText } from './java-text.ts'
export type { PathSource } from './parse.ts'
export { compilePath, isPath, type Path, readArgumentPath } from './path.ts'
export { compileReference, isReferencePath, type ReferencePath } from './reference.ts'
export { Scanner } from './scanner.ts'
