/** The statistics of the canary judge. Pure arithmetic. */

/** Logarithm of n!, by Stirling's series; exact enough for probabilities. */
export function logFactorial(n: number): number {
  if (n < 2) return 0
  if (n < 32) {
    let sum = 0
    for (let i = 2; i <= n; i++) sum += Math.log(i)
    return sum
  }
  const inverse = 1 / n
  const series = inverse / 12 - inverse ** 3 / 360 + inverse ** 5 / 1260
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

export type Failures = { readonly failures: number; readonly requests: number }

/**
 * Fisher's exact test, one-sided: how likely so many failures or more fall on the new side, if both sides fail alike.
 * 1 when either side has no requests.
 */
export function fisherGreater(fresh: Failures, old: Failures): number {
  const { failures, requests } = fresh
  const [total, failed] = [requests + old.requests, failures + old.failures]
  if (requests === 0 || old.requests === 0) return 1
  const all = logChoose(total, requests)
  return sumUp(failures, Math.min(failed, requests), (k) =>
    Math.exp(logChoose(failed, k) + logChoose(total - failed, requests - k) - all),
  )
}

/** How likely so many failures or more are among the requests, at this rate of failure. */
export function binomialGreater({ failures, requests }: Failures, rate: number): number {
  if (failures <= 0) return 1
  if (rate <= 0) return 0
  if (rate >= 1) return 1
  return sumUp(failures, requests, (k) =>
    Math.exp(logChoose(requests, k) + k * Math.log(rate) + (requests - k) * Math.log1p(-rate)),
  )
}

/** The terms of a tail that first rises and then falls: what comes after a vanishing falling term adds nothing. */
function sumUp(from: number, to: number, term: (k: number) => number): number {
  let [sum, before] = [0, 0]
  for (let k = from; k <= to; k++) {
    const next = term(k)
    sum += next
    if (next < before && next < sum * 1e-12) break
    before = next
  }
  return Math.min(1, sum)
}

/**
 * What the `look`-th look (from 1) may spend of a probability of error: all looks together never more than the whole,
 * however many there are.
 */
export const alphaOfLook = (alpha: number, look: number): number => alpha / (look * (look + 1))

/** The middle of a list; NaN of an empty one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

/**
 * Exact one-sided rank test (Mann-Whitney): how likely the fresh values rank so high or higher, if both sides are alike.
 * Ties count half. Sides of at most 20 values each; more are not needed where a value is an instance.
 */
export function rankGreater(fresh: readonly number[], old: readonly number[]): number {
  const [n, m] = [fresh.length, old.length]
  if (n === 0 || m === 0) return 1
  const wins = fresh.reduce((sum, a) => sum + old.reduce((wonBy, b) => wonBy + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0)
  const ways = waysToWin(n, m)
  const total = ways.reduce((sum, count) => sum + count, 0)
  const least = Math.floor(wins)
  return ways.slice(least).reduce((sum, count) => sum + count, 0) / total
}

/** Of all orders of n and m values: in how many the first side wins 0, 1, 2 … comparisons. */
function waysToWin(n: number, m: number): readonly number[] {
  let rows: readonly (readonly number[])[] = Array.from({ length: m + 1 }, () => [1])
  for (let i = 1; i <= n; i++) {
    const next: number[][] = [[1]]
    for (let j = 1; j <= m; j++) {
      // The largest of all belongs to the first side (it wins against all j of the other) or to the second.
      const [byFirst = [], bySecond = []] = [rows[j], next[j - 1]]
      next.push(Array.from({ length: i * j + 1 }, (_, wins) => (byFirst[wins - j] ?? 0) + (bySecond[wins] ?? 0)))
    }
    rows = next
  }
  return rows[m] ?? [1]
}
