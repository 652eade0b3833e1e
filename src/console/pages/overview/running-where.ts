/** What runs where, with what is known of how it came there. Pure. */
import type { DeploymentSummary, Lock, Pointer } from '../../api/generated.ts'

export type Running = {
  readonly place: Pointer
  /** The deployment that put it in charge last, if it is among those that were read. */
  readonly by: DeploymentSummary | undefined
  readonly underWay: DeploymentSummary | undefined
  /** Who has closed it. */
  readonly closed: Lock | undefined
  /** The last that were tried there, oldest first. */
  readonly last: readonly DeploymentSummary[]
}

const mostShown = 8

/** Also where something is deployed for the first time. `history` is newest first. */
export function runningWhere(
  places: readonly Pointer[],
  history: readonly DeploymentSummary[],
  locks: readonly Lock[],
): readonly Running[] {
  const known = new Set(places.map(keyOf))
  const fresh = history.filter((one) => one.endedAt === null && !known.has(keyOf(one))).map(nothingYet)
  return [...places, ...fresh].map((place) => {
    const own = history.filter((one) => keyOf(one) === keyOf(place))
    return {
      place,
      by: own.find(({ committedAt, fleet }) => committedAt !== null && fleet === place.servingFleet),
      underWay: own.find(({ endedAt }) => endedAt === null),
      closed: locks.find((lock) => lock.kind === 'person' && keyOf(lock) === keyOf(place)),
      last: own.slice(0, mostShown).toReversed(),
    }
  })
}

const keyOf = ({ project, config }: { readonly project: string; readonly config: string }): string =>
  `${project} ${config}`

const nothingYet = ({ project, config }: DeploymentSummary): Pointer => ({
  ...{ project, config, servingFleet: null, servingRelease: null },
  ...{ warmFleet: null, warmRelease: null, warmUntil: null },
})
