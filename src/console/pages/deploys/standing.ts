/** How a deployment stands, in words and tone. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { Deployment, DeploymentSummary } from '../../api/generated.ts'

export type DeploySays =
  | 'approving'
  | 'deploying'
  | 'rollingBack'
  | 'takingBack'
  | 'halting'
  | 'pausing'
  | 'paused'
  | 'deployed'
  | 'rolledBack'
  | 'failed'
  | 'halted'

type Standing = Pick<DeploymentSummary, 'status' | 'course' | 'control' | 'kind' | 'state' | 'diagnosis'>

export function standingOf({ status, course, control, kind, state, diagnosis }: Standing): {
  readonly tone: Tone
  readonly says: DeploySays
  readonly state: string
} {
  const at = diagnosis?.state ?? state
  switch (status) {
    case 'running':
      if (course === 'compensate') return { tone: 'halted', says: 'takingBack', state }
      if (control === 'halt') return { tone: 'halted', says: 'halting', state }
      if (control === 'pause') return { tone: 'waiting', says: 'pausing', state }
      if (state === 'Approve') return { tone: 'waiting', says: 'approving', state }
      return { tone: 'running', says: kind === 'deploy' ? 'deploying' : 'rollingBack', state }
    case 'paused':
      return { tone: 'waiting', says: 'paused', state }
    case 'succeeded':
      return { tone: 'done', says: kind === 'deploy' ? 'deployed' : 'rolledBack', state }
    case 'failed':
      return { tone: 'failed', says: 'failed', state: at }
    case 'halted':
      return { tone: 'halted', says: 'halted', state: at }
    default:
      return status satisfies never
  }
}

/** The first line of its page: what became of it, in words. */
export type Answer = {
  readonly tone: Tone
  readonly key: `deploy.answer_${string}` & AnswerKey
  readonly values: Readonly<Record<string, string | number>>
  /** Since when that is so. */
  readonly at: string | null
}
type AnswerKey =
  | 'deploy.answer_approving'
  | 'deploy.answer_deployed'
  | 'deploy.answer_rolledBack'
  | 'deploy.answer_deploying'
  | 'deploy.answer_checking'
  | 'deploy.answer_rollingBack'
  | 'deploy.answer_takingBack'
  | 'deploy.answer_halting'
  | 'deploy.answer_pausing'
  | 'deploy.answer_paused'
  | 'deploy.answer_failed'
  | 'deploy.answer_halted'

type Answered = Pick<
  Deployment,
  | 'status'
  | 'course'
  | 'control'
  | 'kind'
  | 'state'
  | 'diagnosis'
  | 'config'
  | 'healthy'
  | 'committedAt'
  | 'pausedAt'
  | 'endedAt'
>

export function answerOf(deployment: Answered): Answer {
  const { config, healthy, committedAt, endedAt, pausedAt } = deployment
  const { tone, says, state } = standingOf(deployment)
  const values = { config, state, ...healthy }
  const isChecking = says === 'deploying' && state === 'CheckHealth' && healthy.of > 0
  const key = isChecking ? 'checking' : says
  const at =
    says === 'deployed' || says === 'rolledBack' ? (committedAt ?? endedAt) : says === 'paused' ? pausedAt : endedAt
  return { tone, key: `deploy.answer_${key}`, values, at }
}

export type Stage = {
  readonly state: string
  readonly step: number | null
  /** Undefined: still to come. */
  readonly tone: Tone | undefined
  readonly startedAt: string | undefined
  readonly endedAt: string | undefined
}

const waits: ReadonlySet<string> = new Set(['Lock', 'Approve', 'CheckHealth', 'Bake', 'Watch', 'Paused'])
const way = ['Validate', 'Lock', 'CheckResources', 'Start', 'CheckHealth', 'Switch', 'Watch', 'KeepWarm'] as const
const wayBack = ['Validate', 'Lock', 'CheckResources', 'Switch', 'KeepWarm'] as const

type Shown = Pick<Deployment, 'states' | 'status' | 'course' | 'kind' | 'diagnosis' | 'endedAt' | 'calls' | 'hooks'>

/** Those that are shown where there is little room: what is under way or went wrong, with its neighbours. */
export function telling(stages: readonly Stage[]): ReadonlySet<number> {
  const isOpen = ({ startedAt, endedAt }: Stage): boolean => startedAt !== undefined && endedAt === undefined
  const told = stages.flatMap((stage, index) =>
    isOpen(stage) || stage.tone === 'failed' || stage.tone === 'halted' ? [index] : [],
  )
  const centre = told.length === 0 ? [stages.length - 1] : told
  return new Set(
    centre.flatMap((index) => [index - 1, index, index + 1]).filter((index) => index >= 0 && index < stages.length),
  )
}

/** The way it has taken, then what a good one still passes. */
export function stagesOf(deployment: Shown): readonly Stage[] {
  const passed = deployment.states.filter((stay, index) => isShown(deployment, stay, deployment.states[index - 1]))
  // Where it was paused and went on it was in the same state before, and did not fail then.
  const stuck = passed.findLastIndex(({ state }) => state === deployment.diagnosis?.state)
  const stages = passed.map(({ state, step, startedAt, endedAt }, index) => ({
    ...{ state, step, startedAt },
    endedAt: endedAt ?? undefined,
    tone: toneOf(deployment, state, { isOpen: endedAt === null, isStuck: index === stuck }),
  }))
  if (deployment.endedAt !== null || deployment.course !== 'forward') return stages
  const ahead: readonly string[] = deployment.kind === 'rollback' ? wayBack : way
  const reached = ahead.findLastIndex((state) => stages.some((stage) => stage.state === state))
  const coming = ahead.slice(reached + 1)
  return [
    ...stages,
    ...coming.map((state) => ({ state, step: null, tone: undefined, startedAt: undefined, endedAt: undefined })),
  ]
}

const idle: ReadonlySet<string> = new Set(['MakeRoom', 'Prepare', 'Diagnose', 'ReleaseLock', 'KeepWarm', 'CleanUp'])
const momentOf: Readonly<Record<string, string>> = {
  BeforeHooks: 'before/',
  SmokeTests: 'smoke/',
  AfterHooks: 'after/',
  FailureHooks: 'onFailure/',
}

type Stay = Deployment['states'][number]

/** The machine passes every state; those in which this one had nothing to do say nothing. */
function isShown(
  { diagnosis, calls, hooks }: Shown,
  { state, step, endedAt }: Stay,
  before: Stay | undefined,
): boolean {
  if (before?.state === state && before.step === step) return false
  if (diagnosis?.state === state || endedAt === null) return true
  const moment = momentOf[state]
  if (moment !== undefined) return hooks.some(({ name }) => name.startsWith(moment))
  return !idle.has(state) || calls.some(({ stage }) => stage === state)
}

type Passing = { readonly isOpen: boolean; readonly isStuck: boolean }

function toneOf({ diagnosis, course, status }: Shown, state: string, { isOpen, isStuck }: Passing): Tone {
  if (isOpen && (status === 'running' || status === 'paused')) {
    return course === 'compensate' ? 'halted' : waits.has(state) ? 'waiting' : 'running'
  }
  if (!isStuck) return 'done'
  return diagnosis?.class === 'halted' ? 'halted' : 'failed'
}
