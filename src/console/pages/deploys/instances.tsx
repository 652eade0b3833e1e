/** The instances of the new version, service by service, with how each was last seen. */
import { Link } from '@tanstack/react-router'
import type { Tone } from '../../../base/index.ts'
import type { Deployment } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './deploy.module.css'

type Instance = Deployment['instances'][number]
type InstanceState = NonNullable<Instance['state']> | 'unknown'

const tones: Readonly<Record<InstanceState, Tone>> = {
  starting: 'running',
  healthy: 'done',
  unhealthy: 'failed',
  gone: 'halted',
  unknown: 'waiting',
}
const stateOf = ({ state }: Instance): InstanceState => state ?? 'unknown'

export function Instances({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { instances, healthy, seenAt, endedAt } = deployment
  const services = [...Map.groupBy(instances, ({ service }) => service)]
  return (
    <Section
      title={t('deploy.services')}
      aside={
        <span className={styles['quiet']}>
          {t('deploy.healthyOf', healthy)} {seenAt === null ? null : <When at={seenAt} />}
        </span>
      }
    >
      {instances.length === 0 ? (
        <p className={styles['quiet']}>{t(endedAt === null ? 'deploy.noInstances' : 'deploy.noneLeft')}</p>
      ) : (
        services.map(([service, own]) => <Service key={service} service={service} instances={own} />)
      )}
    </Section>
  )
}

type ServiceOf = { readonly service: string; readonly instances: readonly Instance[] }

/** The row of boxes says it at a glance; what is not well is open already. */
function Service({ service, instances }: ServiceOf) {
  const { t } = useWords()
  const counts = [...Map.groupBy(instances, stateOf)].map(
    ([state, of]) => `${of.length} ${t(`deploy.instance_${state}`)}`,
  )
  const isWell = instances.every((one) => stateOf(one) === 'healthy')
  return (
    <details className={styles['service']} open={!isWell || instances.length <= 4}>
      <summary>
        <code>{service}</code>
        <span className={styles['boxes']} aria-hidden="true">
          {instances.map((one) => (
            <span key={one.instance} data-tone={tones[stateOf(one)]} data-full={stateOf(one) === 'healthy'} />
          ))}
        </span>
        <span>{counts.join(', ')}</span>
      </summary>
      <ul className={styles['instances']}>
        {instances.map((one) => (
          <InstanceRow key={one.instance} one={one} />
        ))}
      </ul>
    </details>
  )
}

function InstanceRow({ one }: { readonly one: Instance }) {
  const { t } = useWords()
  const restarts =
    one.restarts === undefined || one.restarts === 0 ? undefined : t('deploy.restarts', { count: one.restarts })
  const said = [one.host, restarts, one.obstacle?.what ?? one.detail].filter(
    (part) => part !== undefined && part !== '',
  )
  return (
    <li>
      <State tone={tones[stateOf(one)]} word={t(`deploy.instance_${stateOf(one)}`)} />
      <code>{one.instance}</code>
      <Link to="." search={{ tab: 'logs', instance: one.instance }} replace resetScroll={false}>
        {t('deploy.logs')}
      </Link>
      <span className={styles['quiet']}>{said.join(' · ')}</span>
    </li>
  )
}
