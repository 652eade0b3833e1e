/** What can be done to deployments and places at this moment, from anywhere. Pure. */
import type { MayVerb } from '../api/may.ts'
import type { DeploymentSummary, Pointer } from '../api/generated.ts'

export type Deed = {
  readonly kind: 'halt' | 'pause' | 'resume' | 'rollBack'
  /** Of the deployment; for a rollback that of the fleet that serves. */
  readonly id: string
  readonly project: string
  readonly config: string
  /** What it goes back to. */
  readonly release?: string
}

type Deployment = Pick<DeploymentSummary, 'id' | 'project' | 'config' | 'status' | 'course' | 'control' | 'endedAt'>

/** What whoever does it has to be allowed there. */
export const verbOf = {
  halt: 'deploy.halt',
  pause: 'deploy.pause',
  resume: 'deploy.resume',
  rollBack: 'deploy.rollback',
} as const satisfies Record<Deed['kind'], MayVerb>

/** Those of the deployment that is looked at come first. */
export function deedsFor(
  deployments: readonly Deployment[],
  places: readonly Pick<Pointer, 'project' | 'config' | 'servingFleet' | 'warmRelease'>[],
  current: string | undefined,
): readonly Deed[] {
  const ofDeployments = deployments.flatMap(deedsOf)
  const rollbacks = places.flatMap(({ project, config, servingFleet, warmRelease }): readonly Deed[] =>
    servingFleet === null || warmRelease === null
      ? []
      : [{ kind: 'rollBack', id: servingFleet, project, config, release: warmRelease }],
  )
  const all = [...ofDeployments, ...rollbacks]
  return [...all.filter(({ id }) => id === current), ...all.filter(({ id }) => id !== current)]
}

function deedsOf({ id, project, config, status, course, control, endedAt }: Deployment): readonly Deed[] {
  if (endedAt !== null) return []
  const of = { id, project, config }
  if (status === 'paused')
    return [
      { kind: 'resume', ...of },
      { kind: 'halt', ...of },
    ]
  // On its way back, or with its release in charge already, there is nothing left to stop.
  if (course !== 'forward' || control === 'halt') return []
  return [
    { kind: 'halt', ...of },
    { kind: 'pause', ...of },
  ]
}
