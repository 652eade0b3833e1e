import type { DeploymentSummary } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { measuresOf } from './measures.ts'
import styles from './overview.module.css'

type MeasuresOf = {
  readonly deployments: readonly DeploymentSummary[]
  /** Whether these are all that there ever were. */
  readonly isAll: boolean
}

export function MeasuresRow({ deployments, isAll }: MeasuresOf) {
  const { t, language } = useWords()
  const measures = measuresOf(deployments, Date.now())
  const none = t('overview.none')
  const percent = (part: number | undefined): string =>
    part === undefined
      ? none
      : new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(part)
  const time = (ms: number | undefined): string => (ms === undefined ? none : durationWords(ms))
  const perDay = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(measures.perDay)
  const shown = [
    [t('overview.frequency'), String(measures.deployed), t('overview.perDay', { count: perDay })],
    [t('overview.success'), percent(measures.successRate), t('overview.successSays')],
    [t('overview.changeFailure'), percent(measures.changeFailureRate), t('overview.changeFailureSays')],
    [t('overview.leadTime'), time(measures.medianDeployMs), t('overview.leadTimeSays')],
    [t('overview.recovery'), time(measures.medianRecoveryMs), t('overview.recoverySays')],
  ] as const
  return (
    <Section
      title={t('overview.measures')}
      aside={
        isAll ? null : <span className={styles['quiet']}>{t('overview.ofShown', { count: deployments.length })}</span>
      }
    >
      <dl className={styles['measures']}>
        {shown.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong>
              <span className={styles['quiet']}>{more}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}
