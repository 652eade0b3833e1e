/** What a person can ask of a deployment as it is now, by the same rules that the verbs refuse by: nothing is offered that would be refused. */
import { type Actor, can, type Verb } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import type { Deploys } from '../deploys.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { heldLocks } from '../lock/rows.ts'
import { beginningsAfter, type ForwardState } from '../machine/states.ts'
import type { Queries } from '../sql.ts'
import { requireRetryable } from './retry.ts'
import { goalOf } from './rollback.ts'
import type { Deployment } from './rows.ts'

export type Offers = {
  readonly halt: boolean
  readonly pause: boolean
  readonly resume: boolean
  readonly retry: boolean
  /** At which states `retry` or `resume` may begin, in their order; none where neither is offered. */
  readonly from: readonly ForwardState[]
  /** Of what serves: back to which release, and how. Null where there is nothing to go back to. */
  readonly rollback: OfferedRollback | null
}

export type OfferedRollback = {
  /** `rollback`: it stands warm, and one switch brings it back. `return`: it is brought up anew. */
  readonly kind: 'rollback' | 'return'
  readonly releaseId: string
  /** How long the last switch back took in this place. Null where there was none. */
  readonly tookMs: number | null
}

export function offersOf(deploys: Deploys, queries: Queries, deployment: Deployment): Offers {
  const { endedAt, committedAt, course, control } = deployment
  const isGoing = endedAt === null && committedAt === null && course === 'forward'
  const resume = isGoing && control === 'pause'
  const retry = endedAt !== null && isAllowed(() => requireRetryable(queries, deployment.id)) && isOpen(deploys, queries, deployment) // prettier-ignore
  return {
    halt: isGoing && control !== 'halt',
    pause: isGoing && control === 'run',
    resume,
    retry,
    from: resume || retry ? beginningsAfter(deployment.diagnosis?.state ?? deployment.state) : nowhere,
    rollback: committedAt === null || deployment.status === 'failed' ? null : rollbackOf(deploys, queries, deployment),
  }
}

const nowhere: readonly ForwardState[] = []

const offerNames = ['halt', 'pause', 'resume', 'retry', 'rollback'] as const satisfies readonly (keyof Offers)[]

type Offered = Pick<Deployment, 'id' | 'project' | 'config'> & { readonly offers: Offers }

/** The same, with what this actor may do of what is offered. */
export function offeredTo<Description extends Offered>(actor: Actor, description: Description): Description {
  const { id, project, config, offers } = description
  const thing = { type: 'deployment', id, place: { project, config } }
  const may = (verb: Verb): boolean => can(actor, verb, thing).allowed
  const resume = offers.resume && may('deploy.resume')
  const retry = offers.retry && may('deploy.retry')
  const allowed: Offers = {
    halt: offers.halt && may('deploy.halt'),
    pause: offers.pause && may('deploy.pause'),
    resume,
    retry,
    from: resume || retry ? offers.from : nowhere,
    rollback: offers.rollback !== null && may('deploy.rollback') ? offers.rollback : null,
  }
  // Mostly nothing is taken away, and then all who watch share one object.
  const isAll = offerNames.every((name) => allowed[name] === offers[name])
  return isAll ? description : { ...description, offers: allowed }
}

/** Nobody else is at work there, and nobody has closed it. */
function isOpen(deploys: Deploys, queries: Queries, deployment: Deployment): boolean {
  return heldLocks(queries, deployment, deploys.clock.now()).every(({ owner }) => owner === deployment.id)
}

function rollbackOf(deploys: Deploys, queries: Queries, deployment: Deployment): OfferedRollback | null {
  if (pointerNames(queries, deployment) !== deployment.fleet || !isOpen(deploys, queries, deployment)) return null
  try {
    const { kind, releaseId } = goalOf(queries, deployment, undefined, true)
    return { kind, releaseId, tookMs: kind === 'rollback' ? lastWayBack(queries, deployment) : null }
  } catch (error) {
    if (error instanceof HoldfastError) return null
    throw error
  }
}

function pointerNames(queries: Queries, { project, config }: Deployment): string | null {
  const sql = 'SELECT serving_fleet AS fleet FROM deploy_pointer WHERE project = ? AND config = ?'
  return queries.prepare<{ fleet: string | null }>(sql).get(project, config)?.fleet ?? null
}

function lastWayBack(queries: Queries, { project, config }: Deployment): number | null {
  const sql = `SELECT evidence FROM deployment WHERE project = ? AND config = ? AND kind = 'rollback'
    AND status = 'succeeded' AND evidence IS NOT NULL ORDER BY position DESC LIMIT 1`
  const row = queries.prepare<{ evidence: string }>(sql).get(project, config)
  // The column holds what the end of a deployment wrote.
  const back = row === undefined ? undefined : (JSON.parse(row.evidence) as Evidence).back
  return back === undefined ? null : back.until - back.from
}

function isAllowed(ask: () => unknown): boolean {
  try {
    ask()
    return true
  } catch (error) {
    if (error instanceof HoldfastError) return false
    throw error
  }
}
