/** Behind the tabs of a deployment: every call, the evidence, the plan, and what differs from the one before. */
import type { Tone } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import type { Deployment } from '../../api/generated.ts'
import { Copy } from '../../parts/copy.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import styles from './deploy.module.css'
import { latency } from './traffic.tsx'

type Of = { readonly deployment: Deployment }
type Call = Deployment['calls'][number]

const toneOfCall: Readonly<Record<Call['status'], Tone>> = {
  planned: 'waiting',
  intended: 'running',
  done: 'done',
  failed: 'failed',
  undone: 'halted',
}

export function Calls({ deployment: { calls } }: Of) {
  const { t } = useWords()
  if (calls.length === 0) return <p className={styles['quiet']}>{t('deploy.noPlan')}</p>
  return (
    <div className={styles['scroll']}>
      <table className={styles['list']}>
        <thead>
          <tr>
            <th scope="col">{t('deploy.status')}</th>
            <th scope="col">{t('deploy.stage')}</th>
            <th scope="col">{t('deploy.call')}</th>
            <th scope="col">{t('deploy.duration')}</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>
                <State tone={toneOfCall[call.status]} word={t(`deploy.call_${call.status}`)} />
              </td>
              <td>{call.stage}</td>
              <td>
                {call.says}
                {call.failure === undefined ? null : <p className={styles['failure']}>{call.failure}</p>}
              </td>
              <td>
                {call.madeAt === null || call.answeredAt === null
                  ? ''
                  : durationWords(Date.parse(call.answeredAt) - Date.parse(call.madeAt))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const phases = ['before', 'during', 'after'] as const

export function Evidence({ deployment: { evidence } }: Of) {
  const { t, language } = useWords()
  if (evidence === undefined) return <p className={styles['quiet']}>{t('deploy.noEvidence')}</p>
  const count = new Intl.NumberFormat(language)
  return (
    <div className={styles['scroll']}>
      <table className={styles['measures']}>
        <thead>
          <tr>
            <th scope="col">{t('deploy.phase')}</th>
            <th scope="col">{t('deploy.duration')}</th>
            <th scope="col">{t('deploy.requests')}</th>
            <th scope="col">{t('deploy.deliveryFailures')}</th>
            <th scope="col">{t('deploy.appFailures')}</th>
            <th scope="col">{t('deploy.p50')}</th>
            <th scope="col">{t('deploy.p99')}</th>
          </tr>
        </thead>
        <tbody>
          {phases.map((phase) => {
            const { ms, requests, deliveryFailures, applicationFailures, p50Ms, p99Ms } = evidence[phase]
            return (
              <tr key={phase}>
                <th scope="row">{t(`deploy.phase_${phase}`)}</th>
                <td>{durationWords(ms)}</td>
                <td>{count.format(requests)}</td>
                <td data-bad={deliveryFailures > 0}>{count.format(deliveryFailures)}</td>
                <td data-bad={applicationFailures > 0}>{count.format(applicationFailures)}</td>
                <td>{latency(p50Ms)}</td>
                <td>{latency(p99Ms)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export function Plan({ id }: { readonly id: string }) {
  const { t } = useWords()
  const plan = useAnswer('deploymentPlan', { params: { id } })
  if (plan.isError) return <ProblemBox error={plan.error} />
  if (plan.isPending) return <p className={styles['quiet']}>{t('part.loading')}</p>
  if (plan.data === undefined || plan.data === null) return <p className={styles['quiet']}>{t('deploy.noPlan')}</p>
  return (
    <div className={styles['text']}>
      <Copy text={plan.data.text} what={t('deploy.plan')} />
      <pre>{plan.data.text}</pre>
    </div>
  )
}

/** To the one before it in its place. */
export function Differences({ deployment: { id, project, config } }: Of) {
  const { t } = useWords()
  const history = useAnswer('deploymentList', { query: { project, config, limit: '50' } })
  const items = history.data?.items ?? []
  const before = items[items.findIndex((one) => one.id === id) + 1]
  const found = useAnswer(
    'deploymentCompare',
    { params: { id: before?.id ?? '', other: id } },
    { enabled: before !== undefined },
  )
  if (before === undefined) return <p className={styles['quiet']}>{t('deploy.noneBefore')}</p>
  if (found.isError) return <ProblemBox error={found.error} />
  const release = (found.data?.release ?? []).filter(({ op }) => op !== 'test')
  return (
    <>
      <p className={styles['quiet']}>{t('deploy.differenceTo', { id: before.id })}</p>
      {release.length === 0 && found.isSuccess ? <p>{t('deploy.sameRelease')}</p> : null}
      <ul className={styles['patch']}>
        {release.map(({ op, path, value }) => (
          <li key={`${op} ${path}`} data-op={op}>
            <strong>{op}</strong> <code>{path}</code>{' '}
            {value === undefined ? null : <code>{JSON.stringify(value)}</code>}
          </li>
        ))}
      </ul>
    </>
  )
}
