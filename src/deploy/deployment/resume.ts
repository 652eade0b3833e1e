import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { nearestWord } from '../../base/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { type ForwardState, forwardStates, type StateName } from '../machine/states.ts'
import { requireOnDeployment } from '../permission.ts'
import { parseRequest } from '../request.ts'
import { noteTold, requireGoing } from './control.ts'
import { changeDeployment, type Deployment } from './rows.ts'

export const resumeRequestSchema = z.strictObject({
  id: z.string().min(1).max(100),
  from: z.string().max(100).optional().describe('A state: checks, hooks and waits before it are not asked again'),
})
export type ResumeRequest = z.input<typeof resumeRequestSchema>

/**
 * Lets a paused deployment go on where it was, or at an earlier state. With a later one the waits and hooks up to it are
 * skipped; calls and the health of the instances never are.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing, deploy.ended, deploy.committed,
 * deploy.not_paused, deploy.state_unknown
 */
export async function resumeDeployment(deploys: Deploys, actor: Actor, request: ResumeRequest): Promise<void> {
  const { id, from } = parseRequest(resumeRequestSchema, request)
  requireOnDeployment(deploys.store.read, actor, 'deploy.resume', id)
  const state = from === undefined ? undefined : requireState(from)
  await deploys.store.write((tx) => {
    const deployment = requireGoing(tx, id)
    if (deployment.control !== 'pause') {
      throw deployError('deploy.not_paused', `${id} is not paused: it is in ${deployment.state}`, { place: 'id' })
    }
    changeDeployment(tx, id, resumption(deployment, state, deploys.clock.now()))
    noteTold(deploys, tx, { actor, id, action: 'deploy.resume', reason: from })
  })
  deploys.signals.wake(id)
}

/** @throws HoldfastError deploy.state_unknown */
export function requireState(name: string): ForwardState {
  const found = forwardStates.find((state) => state === name)
  if (found !== undefined) return found
  const near = nearestWord(name, forwardStates)
  throw deployError('deploy.state_unknown', `There is no state "${name}" to begin at`, {
    place: 'from',
    accepted: forwardStates.join(', '),
    ...(near === undefined ? {} : { repair: `write "${near}"` }),
  })
}

function resumption(deployment: Deployment, from: ForwardState | undefined, now: number) {
  const { pausedAt, deadlineAt, startFrom } = deployment
  // Whoever resumes has looked at it: nothing is held against it from before.
  const { lapsed: _, ...progress } = deployment.progress
  const at = progress.resumeAt ?? 'Lock'
  return {
    control: 'run',
    status: 'running',
    pausedAt: null,
    diagnosis: null,
    // The time of the pause is not the deployment's.
    deadlineAt: deadlineAt + (pausedAt === null ? 0 : now - pausedAt),
    startFrom: from ?? startFrom,
    progress: { ...progress, resumeAt: from === undefined ? at : earlier(at, from) },
  } as const
}

const earlier = (a: StateName, b: ForwardState): StateName =>
  forwardStates.findIndex((state) => state === a) < forwardStates.indexOf(b) ? a : b
