/**
 * How few people can have done several things, each by something that was in certain hands. Pure. Who has learned a secret can act by
 * it, so two acts whose hands have one in common may have been one person's.
 */

/** Ids of those who may have acted: people, tokens that are nobody's, issuers of pipelines, and the two below. */
export type Hands = readonly string[]

/** Whoever owns the machine, and so its `admin-token`. */
export const ownerHand = 'owner'
/** It may have been anybody. */
export const unknownHand = 'unknown'

export const isUnknown = (hands: Hands): boolean => hands.includes(unknownHand)

/** Whether one person may have done both; undefined when not, else the hand that shows it. */
export const commonHand = (some: Hands, others: Hands): string | undefined =>
  isUnknown(some) || isUnknown(others) ? unknownHand : some.find((hand) => others.includes(hand))

/**
 * The smallest number of people who can have done all of it; looked for no further than `enough`. Exact, so that one more act never
 * makes it fewer.
 */
export function fewestPeople(acts: readonly Hands[], enough: number): number {
  const [narrowest] = acts.filter((hands) => !isUnknown(hands)).toSorted((one, other) => one.length - other.length)
  if (narrowest === undefined || enough <= 0) return 0
  let fewest = enough
  // One of its hands did it, whoever it was; what else they can have done needs nobody more.
  for (const hand of narrowest) {
    const rest = acts.filter((hands) => !hands.includes(hand))
    fewest = Math.min(fewest, 1 + fewestPeople(rest, fewest - 1))
  }
  return fewest
}
