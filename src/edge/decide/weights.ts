/** Which release takes the next request. */
import type { ReleaseWeight } from '../contract.ts'
import { hashUnit } from './hash.ts'

/**
 * Smooth weighted turns: of any `sum of weights` requests in a row each release gets exactly its weight, as evenly spread as
 * whole requests allow. 1 in 100 is really each hundredth request, which chance does not give.
 */
export class SmoothTurns {
  readonly #credit = new Map<string, number>()

  /** Undefined when nobody has a weight. */
  next(shares: readonly ReleaseWeight[]): string | undefined {
    if (shares.length === 1) return shares[0]?.weight === 0 ? undefined : shares[0]?.release
    let best: string | undefined
    let bestCredit = 0
    let sum = 0
    for (const { release, weight } of shares) {
      if (weight === 0) continue
      const credit = (this.#credit.get(release) ?? 0) + weight
      this.#credit.set(release, credit)
      sum += weight
      if (best === undefined || credit > bestCredit) [best, bestCredit] = [release, credit]
    }
    if (best !== undefined) this.#credit.set(best, bestCredit - sum)
    return best
  }

  /** New shares begin without debts of the old: a release that had waited would get a burst. */
  reset(): void {
    this.#credit.clear()
  }
}

/**
 * The same key always gets the same release, keys are shared out by weight, and a changed weight moves only the keys it must
 * (weighted rendezvous hashing): raising the new release from 5 to 10 never takes anybody back to the old one.
 */
export function stickyRelease(key: string, shares: readonly ReleaseWeight[]): string | undefined {
  let best: string | undefined
  let bestScore = -1
  for (const { release, weight } of shares) {
    if (weight === 0) continue
    const score = weight / -Math.log(hashUnit(`${release}\n${key}`))
    if (score > bestScore) [best, bestScore] = [release, score]
  }
  return best
}

/** The same key gets the same of equal things while that one is among them. */
export function stickyOf<T extends { readonly id: string }>(key: string, among: readonly T[]): T | undefined {
  let best: T | undefined
  let bestScore = -1
  for (const one of among) {
    const score = hashUnit(`${one.id}\n${key}`)
    if (score > bestScore) [best, bestScore] = [one, score]
  }
  return best
}
