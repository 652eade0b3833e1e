import type { Call, Intrinsic } from './call.ts'
import { integerArgument, jsonFromInteger } from './integer.ts'
import { JavaRandom } from './java-random.ts'

/** `States.MathAdd(111, -1)`. */
export const mathAdd: Intrinsic = {
  arity: [2, 2],
  apply: (call) => jsonFromInteger(integerArgument(call, 0) + integerArgument(call, 1)),
}

/** `States.MathRandom(1, 999, $.seed)`: the start is included, the end is not; the same seed gives the same number. */
export const mathRandom: Intrinsic = {
  arity: [2, 3],
  apply(call, chance) {
    const [start, end] = [integerArgument(call, 0), integerArgument(call, 1)]
    if (start >= end) throw call.refuse(`The start ${start} must be less than the end ${end}`)
    return jsonFromInteger(
      start +
        part(
          end - start,
          draw(call, () => chance.random()),
        ),
    )
  },
}

/** In [0, 1). */
function draw(call: Call, random: () => number): number {
  return call.values.length > 2 ? new JavaRandom(integerArgument(call, 2)).nextDouble() : random()
}

/** The floor of `fraction × whole`, exact for every whole number: a double of [0, 1) is a multiple of 2^-53. */
function part(whole: bigint, fraction: number): bigint {
  return (whole * BigInt(Math.floor(fraction * 2 ** 53))) / 2n ** 53n
}
