/** The instances of the new version, service by service, with how each was last seen. */
import type { Tone } from '../../../base/index.ts'
import type { Deployment } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './deploy.module.css'

type Instance = Deployment['instances'][number]

const tones: Readonly<Record<NonNullable<Instance['state']> | 'unknown', Tone>> = {
  starting: 'running',
  healthy: 'done',
  unhealthy: 'failed',
  gone: 'halted',
  unknown: 'waiting',
}

export function Instances({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { instances, healthy, seenAt } = deployment
  return (
    <Section
      title={t('deploy.instances')}
      aside={
        <span className={styles['quiet']}>
          {t('deploy.healthyOf', healthy)} {seenAt === null ? null : <When at={seenAt} />}
        </span>
      }
    >
      {instances.length === 0 ? (
        <p className={styles['quiet']}>{t(deployment.endedAt === null ? 'deploy.noInstances' : 'deploy.noneLeft')}</p>
      ) : (
        <ul className={styles['instances']}>
          {instances.map((one) => (
            <li key={one.instance}>
              <State tone={tones[one.state ?? 'unknown']} word={t(`deploy.instance_${one.state ?? 'unknown'}`)} />
              <code>{one.instance}</code>
              <span className={styles['quiet']}>
                {[
                  one.host,
                  one.restarts === undefined || one.restarts === 0
                    ? undefined
                    : t('deploy.restarts', { count: one.restarts }),
                  one.obstacle?.what ?? one.detail,
                ]
                  .filter((part) => part !== undefined && part !== '')
                  .join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
