/** What was said for the instances of other hosts, kept when routes come without it. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Attestation, Route, Target } from '../../edge/index.ts'

/**
 * A control plane that has just started, and does not reach the instance's own host at once, cannot say again who was vouched
 * for; an edge that is told of a silent instance without that would take it for ill.
 */
export function withFormerTestimony(routes: readonly Route[], before: readonly Route[]): readonly Route[] {
  return routes.map((route) => {
    const former = before.find(({ id }) => id === route.id)?.targets ?? []
    return { ...route, targets: route.targets.map((target) => vouchedFor(target, former)) }
  })
}

function vouchedFor(target: Target, former: readonly Target[]): Target {
  const attested = target.attested ?? formerly(target, former)
  return attested === undefined ? target : { ...target, attested }
}

const formerly = ({ id, release, address }: Target, former: readonly Target[]): Attestation | undefined =>
  former.find((one) => one.id === id && one.release === release && isDeepStrictEqual(one.address, address))?.attested
