/** What runs on a host, by place: whose it is, how it is, and what it takes. */
import { Link } from '@tanstack/react-router'
import type { HostInstance, HostLook } from '../../api/generated.ts'
import { shortened } from '../../parts/id.tsx'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { Elapsed } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import styles from './host.module.css'
import { instanceStanding, sizeWords } from './standing.ts'

export function Instances({ look: { instances, releases } }: { readonly look: HostLook }) {
  const { t } = useWords()
  return (
    <Section title={t('host.instances')} aside={<span className={styles['quiet']}>{instances.length}</span>}>
      {instances.length === 0 ? (
        <p className={styles['quiet']}>{t('host.noInstances')}</p>
      ) : (
        <div className={styles['scroll']} tabIndex={0} role="region" aria-label={t('host.instances')}>
          <table className={styles['table']}>
            <thead>
              <tr>
                <th>{t('host.state')}</th>
                <th>{t('host.instance')}</th>
                <th>{t('host.place')}</th>
                <th>{t('host.release')}</th>
                <th data-numeric>{t('host.pid')}</th>
                <th data-numeric>{t('host.port')}</th>
                <th data-numeric>{t('host.memory')}</th>
                <th data-numeric>{t('host.restarts')}</th>
                <th data-numeric>{t('host.uptime')}</th>
              </tr>
            </thead>
            <tbody>
              {instances.map((one) => (
                <Row key={one.id} one={one} release={releases[one.fleet]} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function Row({ one, release }: { readonly one: HostInstance; readonly release: string | undefined }) {
  const { t } = useWords()
  const { tone, says } = instanceStanding(one)
  return (
    <tr>
      <td title={one.detail}>
        <State tone={tone} word={t(`host.instance_${says}`)} />
      </td>
      <th scope="row">
        <code>{one.instance}</code>
      </th>
      <td>
        <Link to="/deploys" search={{ place: placeOf(one) }}>
          {placeOf(one)}
        </Link>
      </td>
      <td>
        <FleetLink fleet={one.fleet} release={release} />
      </td>
      <td data-numeric data-name={t('host.pid')}>
        {one.pid ?? '–'}
      </td>
      <td data-numeric data-name={t('host.port')}>
        {one.port ?? '–'}
      </td>
      <td data-numeric data-name={t('host.memory')}>
        {one.memoryBytes === undefined ? '–' : sizeWords(one.memoryBytes)}
      </td>
      <td data-numeric data-name={t('host.restarts')} data-bad={one.restarts > 0}>
        {one.restarts}
      </td>
      <td data-numeric data-name={t('host.uptime')}>
        {one.startedAt === undefined ? '–' : <Elapsed from={one.startedAt} to={null} />}
      </td>
    </tr>
  )
}

/** A fleet is named by its release, and leads to the deployment that made it. */
export function FleetLink({ fleet, release }: { readonly fleet: string; readonly release: string | undefined }) {
  return (
    <Link to="/deploys/$id" params={{ id: fleet }} title={fleet}>
      <code>{release ?? shortened(fleet)}</code>
    </Link>
  )
}
