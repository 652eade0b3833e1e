/** What a path can do wrong: be no path, find nothing, or point to where nothing can be written. */
import { HoldfastError } from '../../base/index.ts'

/** The text is no path. The message says what was expected, the offset where. */
export class PathSyntaxError extends HoldfastError {
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number
  constructor(message: string, offset: number, code = 'path.syntax') {
    super(code, message, { place: `character ${offset + 1}` })
    this.offset = offset
  }
}

/**
 * Why a path found nothing:
 * `missing` a key is not there · `index` an array has no such index · `type` a step does not fit the value it meets ·
 * `variable` no such variable · `function` a function has no answer · `limit` the path visits too many values.
 */
export type NotFoundReason = 'missing' | 'index' | 'type' | 'variable' | 'function' | 'limit'

/** The path is right, but the document has nothing there. The message is Jayway's, as AWS shows it. */
export class PathNotFound extends HoldfastError {
  readonly reason: NotFoundReason
  /** The path as written. */
  readonly path: string
  constructor(message: string, reason: NotFoundReason, path: string) {
    super('path.not_found', message, { kind: 'missing', place: path })
    this.reason = reason
    this.path = path
  }
}

/** A reference path cannot be written to in this document (States.ResultPathMatchFailure). */
export class ReferenceMismatch extends HoldfastError {
  constructor(message: string) {
    super('path.mismatch', message)
  }
}
