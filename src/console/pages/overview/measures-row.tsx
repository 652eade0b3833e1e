import type { DeploymentSummary } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { measuresOf } from './measures.ts'
import styles from './overview.module.css'

export function MeasuresRow({ deployments }: { readonly deployments: readonly DeploymentSummary[] }) {
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
    [t('overview.success'), percent(measures.successRate), ''],
    [t('overview.changeFailure'), percent(measures.changeFailureRate), ''],
    [t('overview.leadTime'), time(measures.medianDeployMs), ''],
    [t('overview.recovery'), time(measures.medianRecoveryMs), ''],
  ] as const
  return (
    <Section
      title={t('overview.measures')}
      aside={<span className={styles['quiet']}>{t('overview.ofShown', { count: deployments.length })}</span>}
    >
      <dl className={styles['measures']}>
        {shown.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong> {more}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}
