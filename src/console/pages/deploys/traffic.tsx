/** How the traffic is divided between old and new; and over the time of the deployment: rate, failures and latency of both. */
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Deployment, TrafficSample } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { useNow } from '../../parts/clock.tsx'
import styles from './deploy.module.css'
import { withSample } from './samples.ts'

const Plots = lazy(async () => ({ default: (await import('./plots.tsx')).Plots }))

export function Traffic({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { weights, addresses } = deployment
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
      <Baking deployment={deployment} />
    </Section>
  )
}

/** Over the time of the deployment. */
export function OverTime({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const samples = useSamples(deployment)
  if (samples.length < 2) {
    return (
      <p className={styles['quiet']}>{t(deployment.endedAt === null ? 'deploy.noSamplesYet' : 'deploy.noSamples')}</p>
    )
  }
  return (
    <section aria-label={t('deploy.overTime')}>
      <Suspense fallback={<p className={styles['quiet']}>{t('part.loading')}</p>}>
        <Plots deployment={deployment} samples={samples} />
      </Suspense>
    </section>
  )
}

function Baking({ deployment: { step, endedAt } }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const now = useNow()
  const bake = step?.bake
  if (bake === undefined || bake === null || endedAt !== null) return null
  const leftMs = Date.parse(bake.until) - now
  const count = bake.requests.left
  if (leftMs <= 0) {
    return (
      <p className={styles['quiet']}>{count > 0 ? t('deploy.bakesUntilRequests', { count }) : t('deploy.baked')}</p>
    )
  }
  return (
    <p className={styles['quiet']}>
      {t('deploy.bakes', { time: durationWords(Math.ceil(leftMs / 1000) * 1000) })}
      {count > 0 ? ` · ${t('deploy.bakesRequests', { count })}` : null}
    </p>
  )
}

/** All that was kept, then each new one as the deployment tells of it. */
function useSamples(deployment: Deployment): readonly TrafficSample[] {
  const { id, sample } = deployment
  const queries = useQueryClient()
  const found = useAnswer('deploymentTraffic', { params: { id } })
  const { data, refetch } = found
  useEffect(() => {
    if (data === undefined) return
    const items = withSample(data.items, sample)
    if (items === undefined) void refetch()
    else if (items !== data.items)
      queries.setQueryData(['deployments', 'deploymentTraffic', { params: { id } }], { items })
  }, [data, sample, id, queries, refetch])
  return data?.items ?? []
}

/** `7.3ms`, `41ms`, `1.2s`; `–` where nothing was measured. */
export function latency(ms: number | null): string {
  if (ms === null) return '–'
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)}ms`
}
