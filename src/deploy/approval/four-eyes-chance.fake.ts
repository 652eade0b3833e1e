/** Chance that is the same each time: the same seed, the same sequence. */
export type Chance = {
  /** A whole number from 0 to below this. */
  below(end: number): number
  /** Of some; never asked of nothing. */
  pick<T>(items: readonly T[]): T
}

export function chanceOf(seed: number): Chance {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  const below = (end: number): number => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % end
  }
  return { below, pick: <T>(items: readonly T[]): T => items[below(items.length)] as T }
}
