/** What happened in a deployment, in the order of time: states, calls and the moments that count. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { Deployment } from '../../api/generated.ts'

export type Happening = {
  readonly key: string
  readonly at: number
  readonly tone: Tone
  readonly kind: 'begun' | 'entered' | 'done' | 'failed' | 'undone' | 'committed' | 'paused' | 'ended'
  /** The state it belongs to. */
  readonly state: string
  readonly says: string
  readonly tookMs: number | undefined
}

type Told = Pick<
  Deployment,
  'states' | 'calls' | 'createdAt' | 'committedAt' | 'pausedAt' | 'endedAt' | 'status' | 'diagnosis'
>

const toneOfEnd = {
  succeeded: 'done',
  failed: 'failed',
  halted: 'halted',
  running: 'running',
  paused: 'waiting',
} as const

/** Newest last. */
export function happenedIn(deployment: Told): readonly Happening[] {
  const { createdAt, committedAt, pausedAt, endedAt, status, diagnosis, states } = deployment
  const moment = (kind: Happening['kind'], at: string | null, tone: Tone, says = ''): readonly Happening[] =>
    at === null ? [] : [{ key: kind, at: Date.parse(at), tone, kind, state: '', says, tookMs: undefined }]
  const stuck = states.findLastIndex(({ state }) => state === diagnosis?.state)
  const all: readonly Happening[] = [
    ...moment('begun', createdAt, 'done'),
    ...states.map(({ state, step, startedAt, endedAt: left }, index): Happening => ({
      ...{
        key: `state ${index}`,
        at: Date.parse(startedAt),
        kind: 'entered',
        says: step === null ? '' : String(step),
        state,
      },
      tone: left === null ? 'running' : index === stuck ? 'failed' : 'done',
      tookMs: left === null ? undefined : Date.parse(left) - Date.parse(startedAt),
    })),
    ...deployment.calls.flatMap(callHappenings),
    ...moment('committed', committedAt, 'done'),
    ...moment('paused', pausedAt, 'waiting'),
    ...moment('ended', endedAt, toneOfEnd[status], status),
  ]
  return all.toSorted((a, b) => a.at - b.at)
}

function callHappenings(call: Deployment['calls'][number]): readonly Happening[] {
  const { id, stage, says, undoSays = says, madeAt, answeredAt, undoneAt, failure } = call
  const state = stage.replace(/\/\d+$/, '')
  const tookMs = madeAt === null || answeredAt === null ? undefined : Date.parse(answeredAt) - Date.parse(madeAt)
  const answered: readonly Happening[] =
    answeredAt === null
      ? []
      : failure === undefined
        ? [{ key: `done ${id}`, at: Date.parse(answeredAt), tone: 'done', kind: 'done', state, says, tookMs }]
        : [
            {
              key: `failed ${id}`,
              at: Date.parse(answeredAt),
              tone: 'failed',
              kind: 'failed',
              state,
              says: `${says}: ${failure}`,
              tookMs,
            },
          ]
  const undone: readonly Happening[] =
    undoneAt === null
      ? []
      : [
          {
            key: `undone ${id}`,
            at: Date.parse(undoneAt),
            tone: 'halted',
            kind: 'undone',
            state,
            says: undoSays,
            tookMs: undefined,
          },
        ]
  return [...answered, ...undone]
}
