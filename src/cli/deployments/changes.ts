/** What has happened between two looks at a deployment: one change for each line of a log. Pure. */
import type { DeploymentDescription, PassedState, SeenInstance, SeenTraffic } from '../client/deploy-schemas.ts'
import { healthNote, isShown, rowOf, type StateRow, staysOf } from './rows.ts'

export type Change =
  | { readonly kind: 'entered' | 'left'; readonly at: number; readonly row: StateRow }
  | {
      readonly kind: 'health'
      readonly at: number
      readonly healthy: number
      readonly of: number
      readonly note: string
    }
  /** It has become worse: not healthy any more, or started again. */
  | { readonly kind: 'instance'; readonly at: number; readonly instance: SeenInstance }
  | { readonly kind: 'weights'; readonly at: number; readonly weights: DeploymentDescription['weights'] }
  | {
      readonly kind: 'traffic'
      readonly at: number
      readonly incoming: SeenTraffic
      readonly outgoing: SeenTraffic
      readonly leftMs: number | undefined
    }
  | { readonly kind: 'call'; readonly at: number; readonly call: string; readonly failure: string }
  | {
      readonly kind: 'asked'
      readonly at: number
      readonly control: DeploymentDescription['control']
      readonly reason: string | undefined
    }

/** In the order in which they happened, as far as that is known. */
export function changesBetween(
  before: DeploymentDescription | undefined,
  after: DeploymentDescription,
  now: number,
): readonly Change[] {
  const looks = { before, after, now }
  return [
    ...askedChanges(looks),
    ...callChanges(looks),
    ...stateChanges(looks),
    ...instanceChanges(looks),
    ...trafficChanges(looks),
  ]
}

type Looks = {
  readonly before: DeploymentDescription | undefined
  readonly after: DeploymentDescription
  readonly now: number
}

function askedChanges({ before, after, now }: Looks): readonly Change[] {
  const { control, controlReason: reason } = after
  return control === (before?.control ?? 'run') ? [] : [{ kind: 'asked', at: now, control, reason }]
}

function callChanges({ before, after, now }: Looks): readonly Change[] {
  const told = new Map(before?.calls.map(({ id, failure }) => [id, failure]))
  return after.calls.flatMap(({ id, failure }): Change[] =>
    failure === undefined || told.get(id) === failure ? [] : [{ kind: 'call', at: now, call: id, failure }],
  )
}

function stateChanges({ before, after, now }: Looks): readonly Change[] {
  const known = before === undefined ? [] : staysOf(before)
  return staysOf(after).flatMap((stay, i): Change[] => {
    if (!isShown(after, stay)) return []
    const row = rowOf(after, stay, now)
    const isNew = known[i] === undefined
    return [
      ...(isNew ? [{ kind: 'entered', at: stay.startedAt, row } as const] : []),
      ...(stay.endedAt !== undefined && isOpen(known[i]) ? [{ kind: 'left', at: stay.endedAt, row } as const] : []),
    ]
  })
}

const isOpen = (stay: PassedState | undefined): boolean => stay?.endedAt === undefined

function instanceChanges({ before, after, now }: Looks): readonly Change[] {
  const known = new Map(before?.instances.map((one) => [one.instance, one]))
  const worse = after.instances.flatMap((instance): Change[] =>
    hasWorsened(known.get(instance.instance), instance) ? [{ kind: 'instance', at: now, instance }] : [],
  )
  const { healthy } = after
  const isNews = healthy.count !== before?.healthy.count || healthy.of !== before.healthy.of
  const isSeen = after.instances.some(({ state }) => state !== undefined)
  if (!isNews || !isSeen || after.endedAt !== undefined) return worse
  return [...worse, { kind: 'health', at: now, healthy: healthy.count, of: healthy.of, note: healthNote(after) }]
}

function hasWorsened(before: SeenInstance | undefined, after: SeenInstance): boolean {
  if ((after.restarts ?? 0) > (before?.restarts ?? 0)) return true
  return before?.state === 'healthy' && after.state !== undefined && after.state !== 'healthy'
}

function trafficChanges({ before, after, now }: Looks): readonly Change[] {
  const { weights, traffic, step } = after
  const share = (all: DeploymentDescription['weights'] = []): string =>
    all.map(({ service, incoming }) => `${service} ${incoming}`).join()
  const isMoved = share(weights) !== share(before?.weights) && weights.some(({ incoming }) => incoming > 0)
  const isSeen = traffic !== undefined && JSON.stringify(traffic) !== JSON.stringify(before?.traffic)
  const leftMs = step?.bake === undefined ? undefined : Math.max(0, step.bake.until - now)
  return [
    ...(isMoved || wasTakenBack(before, after) ? [{ kind: 'weights', at: now, weights } as const] : []),
    ...(isSeen ? [{ kind: 'traffic', at: now, ...traffic, leftMs } as const] : []),
  ]
}

const sumOf = (weights: DeploymentDescription['weights'] = []): number =>
  weights.reduce((sum, { incoming }) => sum + incoming, 0)

const wasTakenBack = (before: DeploymentDescription | undefined, after: DeploymentDescription): boolean =>
  sumOf(before?.weights) > 0 && sumOf(after.weights) === 0
