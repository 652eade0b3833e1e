/** Every call of the plan with what became of it, and what was made besides. */
import type { Tone } from '../../../../base/index.ts'
import type { Deployment } from '../../../api/generated.ts'
import { State } from '../../../parts/state.tsx'
import { durationWords } from '../../../parts/times.ts'
import { useWords } from '../../../words/index.tsx'
import styles from '../deploy.module.css'

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
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label={t('deploy.calls')}>
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
