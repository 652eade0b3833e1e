/** The proof that stays with the deployment: its traffic before, while and after it moved, and what the switch itself cost. */
import type { Deployment } from '../../../api/generated.ts'
import { State } from '../../../parts/state.tsx'
import { durationWords } from '../../../parts/times.ts'
import { useWords } from '../../../words/index.tsx'
import styles from '../deploy.module.css'
import { latency } from '../traffic.tsx'

type Of = { readonly deployment: Deployment }

const phases = ['before', 'during', 'after'] as const

export function Evidence({ deployment: { evidence } }: Of) {
  const { t, language } = useWords()
  if (evidence === undefined) return <p className={styles['quiet']}>{t('deploy.noEvidence')}</p>
  const count = new Intl.NumberFormat(language)
  return (
    <>
      <p className={styles['said']}>
        <State
          tone={evidence.madeBySwitch === 0 ? 'done' : 'failed'}
          word={t('deploy.lost', { count: evidence.madeBySwitch })}
        />
        {evidence.back === undefined ? null : (
          <span>
            {t('deploy.wayBack', {
              time: durationWords(Date.parse(evidence.back.until) - Date.parse(evidence.back.from)),
            })}
            {evidence.back.requests === null
              ? ''
              : ` ${t('deploy.wayBackRequests', { count: evidence.back.requests })}`}
          </span>
        )}
      </p>
      <div className={styles['scroll']} tabIndex={0} role="region" aria-label={t('deploy.evidence')}>
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
    </>
  )
}
