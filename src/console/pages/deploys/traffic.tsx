/** How the traffic is divided between old and new, and what was measured of both. */
import type { Deployment } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './deploy.module.css'

export function Traffic({ deployment }: { readonly deployment: Deployment }) {
  const { t, language } = useWords()
  const { weights, traffic, step, addresses } = deployment
  const until = step?.bake?.until
  return (
    <Section
      title={t('deploy.traffic')}
      aside={
        <span className={styles['links']}>
          {addresses.map(({ service, url }) => (
            <a key={service} href={url} target="_blank" rel="noreferrer">
              {t('deploy.open', { service })}
            </a>
          ))}
        </span>
      }
    >
      {weights.length === 0 ? <p className={styles['quiet']}>{t('deploy.noTraffic')}</p> : null}
      {weights.map(({ service, incoming, outgoing }) => (
        <div key={service} className={styles['share']}>
          <code>{service}</code>
          <span className={styles['bar']} aria-hidden="true">
            <span style={{ width: `${outgoing}%` }} data-old="" />
            <span style={{ width: `${incoming}%` }} />
          </span>
          <span>
            {t('deploy.oldShare', { percent: outgoing })} · {t('deploy.newShare', { percent: incoming })}
          </span>
        </div>
      ))}
      {until === undefined || deployment.endedAt !== null ? null : (
        <p className={styles['quiet']}>
          {t('deploy.bakes', {
            time: new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(Date.parse(until)),
          })}
        </p>
      )}
      {traffic === null ? null : <Measured traffic={traffic} />}
    </Section>
  )
}

function Measured({ traffic }: { readonly traffic: NonNullable<Deployment['traffic']> }) {
  const { t, language } = useWords()
  const count = new Intl.NumberFormat(language)
  return (
    <table className={styles['measures']}>
      <caption>{t('deploy.measured')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('deploy.requests')}</th>
          <th scope="col">{t('deploy.failures')}</th>
          <th scope="col">{t('deploy.p99')}</th>
        </tr>
      </thead>
      <tbody>
        {(['incoming', 'outgoing'] as const).map((side) => (
          <tr key={side}>
            <th scope="row">{t(`deploy.${side}`)}</th>
            <td>{count.format(traffic[side].requests)}</td>
            <td data-bad={traffic[side].failures + traffic[side].lost > 0}>
              {count.format(traffic[side].failures + traffic[side].lost)}
            </td>
            <td>{latency(traffic[side].p99Ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** `7.3ms`, `41ms`, `1.2s`; `–` where nothing was measured. */
export function latency(ms: number | null): string {
  if (ms === null) return '–'
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)}ms`
}
