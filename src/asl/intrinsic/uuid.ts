import type { Intrinsic } from './call.ts'

/** `States.UUID()`: random, version 4. */
export const uuid: Intrinsic = {
  arity: [0, 0],
  apply: (_call, chance) => chance.uuid(),
}
