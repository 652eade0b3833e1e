/** What the parts of the compiler share: scopes to compile, and the refusal of what the checker should have refused. */
import { HoldfastError, type JsonObject } from '../../base/index.ts'

/** One compiler run: numbers scopes and states in the order of the text, so that ids are stable for a revision. */
export type Compilation = {
  readonly jsonata: boolean
  /** Reserves the scope of a branch or processor and compiles it. Returns its id. */
  scope(definition: JsonObject): number
}

export function uncompilable(reason: string): HoldfastError {
  return new HoldfastError('asl.uncompilable', `The definition cannot be compiled: ${reason}`, {
    repair: 'check it with `holdfast asl check FILE`',
  })
}
