/**
 * The way of a deployment as rows, one for each state: what is done and how long it took, what is under way and what it waits
 * for, what is still to come. Pure: the whole of it follows from one description and the time.
 */
import { formatDuration } from '../../base/index.ts'
import type { DeploymentDescription, PassedState, Plan } from '../client/deploy-schemas.ts'
import type { Tone } from '../paint.ts'
import { counted, grouped } from './words.ts'

export type StateRow = {
  /** Of the machine: what `--from` takes. */
  readonly state: string
  /** Number of the strategy's step, where there are several. */
  readonly step: number | undefined
  readonly tone: Tone
  /** Undefined for what has not begun. */
  readonly startedAt: number | undefined
  readonly ms: number | undefined
  readonly note: string
}

type Stop = { readonly state: string; readonly step: number | undefined }

/** Every state it has been in, in their order, then those that are to come. */
export function rowsOf(description: DeploymentDescription, now: number): readonly StateRow[] {
  const stays = staysOf(description)
  return [
    ...stays.filter((stay) => isShown(description, stay)).map((stay) => rowOf(description, stay, now)),
    ...comingAfter(description, stays),
  ]
}

/** The machine passes every state, also those in which this deployment has nothing to do. */
export function isShown(description: DeploymentDescription, { state, endedAt }: PassedState): boolean {
  if (description.diagnosis?.state === state) return true
  if (momentOf[state] !== undefined) return doesSomething(description, state)
  if (endedAt === undefined) return true
  if (state === 'FailureHooks') return description.hooks.some(({ name }) => name.startsWith('onFailure/'))
  return !mayDoNothing.has(state) || doesSomething(description, state)
}

/** The same state entered again right away is one stay. */
export function staysOf({ states }: Pick<DeploymentDescription, 'states'>): readonly PassedState[] {
  const stays: PassedState[] = []
  for (const stay of states) {
    const before = stays.at(-1)
    if (before !== undefined && isSame(before, stay)) stays[stays.length - 1] = { ...before, endedAt: stay.endedAt }
    else stays.push(stay)
  }
  return stays
}

export function rowOf(description: DeploymentDescription, stay: PassedState, now: number): StateRow {
  const { state, step, startedAt, endedAt } = stay
  const isOpen = endedAt === undefined
  return {
    ...{ state, step, startedAt },
    tone: isOpen ? openTone(description, state) : endedTone(description, stay),
    ms: Math.max(0, (endedAt ?? now) - startedAt),
    note: isOpen ? openNote(description, stay, now) : doneNote(description, stay),
  }
}

/** States in which nothing is done but waiting. */
const waits: ReadonlySet<string> = new Set(['Lock', 'CheckHealth', 'Bake', 'Watch', 'Paused'])

const openTone = ({ course }: DeploymentDescription, state: string): Tone =>
  course === 'compensate' ? 'halted' : waits.has(state) ? 'waiting' : 'running'

/** A person paused it there: it was entered again afterwards. */
function wasPaused({ states }: DeploymentDescription, { state, endedAt }: PassedState): boolean {
  if (state === 'Paused' || endedAt === undefined) return false
  return states.find(({ startedAt }) => startedAt >= endedAt)?.state === 'Paused'
}

function endedTone(description: DeploymentDescription, stay: PassedState): Tone {
  const { diagnosis } = description
  const { state } = stay
  if (wasPaused(description, stay)) return 'waiting'
  if (diagnosis?.state !== state) return 'done'
  return diagnosis.class === 'halted' ? 'halted' : 'failed'
}

// ---- what is to come

function comingAfter(description: DeploymentDescription, stays: readonly PassedState[]): readonly StateRow[] {
  if (description.endedAt !== undefined || description.course === 'compensate') return []
  const way = wayOf(description)
  const at = way.findLastIndex((stop) => stays.some((stay) => isSame(stop, stay)))
  return way.slice(at + 1).map(({ state, step }) => ({
    ...{ state, step, tone: 'waiting', startedAt: undefined, ms: undefined },
    note: plannedNote(description.plan, state, step),
  }))
}

const isSame = (a: Stop, b: Stop): boolean => a.state === b.state && a.step === b.step

type Planned = Pick<DeploymentDescription, 'kind' | 'step' | 'calls' | 'hooks'>

/** The states that a good deployment passes, as far as they do something. */
function wayOf(planned: Planned): readonly Stop[] {
  const first = ['Validate', 'Lock', 'CheckResources'].map(once)
  if (planned.step === undefined) return first
  const last = ['KeepWarm'].filter((state) => doesSomething(planned, state)).map(once)
  if (planned.kind === 'rollback') return [...first, once('Switch'), ...last]
  const before = ['MakeRoom', 'Prepare', 'BeforeHooks'].filter((state) => doesSomething(planned, state)).map(once)
  const after = ['AfterHooks'].filter((state) => doesSomething(planned, state)).map(once)
  return [...first, ...before, ...stepsOf(planned, planned.step.of), ...after, ...last]
}

function stepsOf(planned: Planned, count: number): readonly Stop[] {
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((number) => {
    const traffic = number === count ? ['Switch', 'Watch'] : ['Shift', 'Bake']
    const smoke = doesSomething(planned, 'SmokeTests') ? ['SmokeTests'] : []
    return ['Start', 'CheckHealth', ...smoke, ...traffic].map((state) => ({
      state,
      step: count > 1 ? number : undefined,
    }))
  })
}

const mayDoNothing: ReadonlySet<string> = new Set([
  ...['MakeRoom', 'Prepare', 'Diagnose', 'ReleaseLock', 'KeepWarm', 'CleanUp'],
])

const once = (state: string): Stop => ({ state, step: undefined })

const momentOf: Readonly<Record<string, string>> = { BeforeHooks: 'before', SmokeTests: 'smoke', AfterHooks: 'after' }

function doesSomething({ calls, hooks }: Planned, state: string): boolean {
  const moment = momentOf[state]
  if (moment !== undefined) return hooks.some(({ name }) => name.startsWith(`${moment}/`))
  return calls.some(({ stage }) => stage === state)
}

// ---- notes

function plannedNote(plan: Plan | undefined, state: string, step = 1): string {
  const planned = plan?.steps[step - 1]
  if (planned === undefined) return ''
  if (state === 'Shift') return shareWords(planned)
  if (state !== 'Bake' && state !== 'Watch') return ''
  const { ms, requests } = planned.bake
  return `for ${formatDuration(ms)}${requests === 0 ? '' : ` and ${grouped(requests)} requests`}`
}

function openNote(description: DeploymentDescription, stay: PassedState, now: number): string {
  switch (stay.state) {
    case 'CheckHealth':
      return healthNote(description)
    case 'Bake':
    case 'Watch':
      return bakeNote(description, now)
    case 'Paused':
      return description.controlReason ?? ''
    case 'Compensate':
      return undoneNote(description)
    default:
      return description.waitingFor ?? callsNote(description, stay)
  }
}

function doneNote(description: DeploymentDescription, stay: PassedState): string {
  const { plan, diagnosis } = description
  const planned = plan?.steps[(stay.step ?? 1) - 1]
  if (wasPaused(description, stay)) return 'paused'
  if (diagnosis?.state === stay.state) return diagnosis.what
  switch (stay.state) {
    case 'Shift':
    case 'Bake':
      return planned === undefined ? '' : shareWords(planned)
    case 'Compensate':
      return undoneNote(description)
    case 'CheckHealth':
      return planned === undefined ? '' : `${grouped(instancesIn(planned))} healthy`
    default:
      return callsNote(description, stay)
  }
}

type Step = Plan['steps'][number]

const instancesIn = ({ shares }: Step): number =>
  Object.values(shares).reduce((sum, { instances }) => sum + instances, 0)

/** How many of all, and the first that is not, with what was asked of it and what came. */
export function healthNote({ healthy, instances, waitingFor }: DeploymentDescription): string {
  const awaited = instances.find(({ state }) => state !== undefined && state !== 'healthy')
  if (instances.every(({ state }) => state === undefined)) return waitingFor ?? ''
  const why = awaited === undefined ? '' : `; ${awaited.instance} ${awaited.state}: ${awaited.detail ?? ''}`
  return `${healthy.count} of ${healthy.of} healthy${why}`
}

function bakeNote(description: DeploymentDescription, now: number): string {
  const { step, healthy, waitingFor } = description
  if (step?.bake === undefined) return waitingFor ?? ''
  const { until, requests } = step.bake
  const leftMs = until - now
  const parts = [
    ...(leftMs > 0 ? [`${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`] : []),
    ...(requests.wanted > 0 ? [`${grouped(requests.answered)} of ${grouped(requests.wanted)} requests`] : []),
    ...(healthy.count < healthy.of ? [healthNote(description)] : []),
  ]
  return parts.length === 0 ? 'one last look' : parts.join(', ')
}

function callsNote({ calls }: DeploymentDescription, { state, step }: PassedState): string {
  const own = calls.filter(({ stage }) => stage === state || stage === `${state}/${(step ?? 1) - 1}`)
  if (own.length === 0) return ''
  const done = own.filter(({ status }) => status !== 'planned' && status !== 'intended').length
  return done === own.length ? counted(done, 'call') : `${done} of ${counted(own.length, 'call')}`
}

function undoneNote({ calls }: DeploymentDescription): string {
  const made = calls.filter(({ status, kind }) => status !== 'planned' && kind !== 'undo')
  const undone = made.filter(({ status }) => status === 'undone').length
  return made.length === 0 ? 'nothing to take back' : `${undone} of ${counted(made.length, 'call')} taken back`
}

/** `10 % of the traffic`, `web 10 %, mail 0 %`. */
export function shareWords({ shares }: Step): string {
  const weights = Object.entries(shares).map(([service, { weight }]) => [service, weight] as const)
  const [first] = weights
  if (first === undefined) return ''
  if (weights.every(([, weight]) => weight === first[1])) return `${first[1]} % of the traffic`
  return weights.map(([service, weight]) => `${service} ${weight} %`).join(', ')
}
