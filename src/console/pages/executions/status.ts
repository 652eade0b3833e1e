/** The answer of the page in words: how the execution stands, or stood at the moment that is looked at. Pure. */
import type { Row } from '../../../asl/index.ts'
import { type Tone, toneOfStatus } from '../../../base/index.ts'
import type { Execution } from '../../api/generated.ts'
import type { Words } from '../../words/index.tsx'
import type { Moment } from './moment.ts'

type Answer = { readonly tone: Tone; readonly says: string }

/** From the history where it says more, else from the execution. */
export function statusOf({ t }: Words, execution: Execution, moment: Moment): Answer {
  const { end, failed } = moment
  const status = end?.status ?? (moment.at === undefined ? execution.status : 'RUNNING')
  const tone = toneOfStatus(status)
  if (tone === 'running') return runningStatus(t, moment.open.at(-1))
  if (tone === 'done') return { tone, says: t('execution.saysDone') }
  if (tone === 'halted') return { tone, says: t('execution.saysStopped') }
  if (status === 'TIMED_OUT') return { tone, says: t('execution.saysTimedOut') }
  const error = end?.error ?? execution.error ?? ''
  const says =
    failed === undefined
      ? t('execution.saysFailedPlain', { error })
      : t('execution.saysFailed', { state: failed.name, error })
  return { tone, says }
}

function runningStatus(t: Words['t'], open: Row | undefined): Answer {
  if (open === undefined) return { tone: 'running', says: t('execution.saysStarting') }
  if (open.tone !== 'waiting') return { tone: 'running', says: t('execution.saysRunning', { state: open.name }) }
  const what = t(
    open.type === 'Wait'
      ? 'execution.waits_time'
      : open.error === undefined
        ? 'execution.waits_answer'
        : 'execution.waits_retry',
  )
  return { tone: 'waiting', says: t('execution.saysWaiting', { state: open.name, what }) }
}
