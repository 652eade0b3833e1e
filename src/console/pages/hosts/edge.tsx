/** The edge of a host: the processes it is made of, and each route with who gets its requests and how that goes. */
import type { EdgeRoute, HostLook } from '../../api/generated.ts'
import { Facts, Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import styles from './host.module.css'
import { FleetLink } from './instances.tsx'
import { failedShare, msWords, percentWords, rateWords, targetStanding } from './standing.ts'

export function Edge({ look: { edge, releases } }: { readonly look: HostLook }) {
  const { t } = useWords()
  if (edge === undefined) return null
  if (!edge.reachable) {
    return (
      <Section title={t('host.edge')}>
        <State tone="failed" word={t('host.edgeAway', { why: edge.why })} />
      </Section>
    )
  }
  const { routes } = edge
  return (
    <>
      <Section title={t('host.edge')}>
        <Processes edge={edge} />
      </Section>
      {routes.length === 0 ? <p className={styles['quiet']}>{t('host.noRoutes')}</p> : null}
      {routes.map((route) => (
        <RouteOf key={`${placeOf(route)} ${route.id}`} route={route} releases={releases} />
      ))}
    </>
  )
}

type Reachable = Extract<NonNullable<HostLook['edge']>, { readonly reachable: true }>

function Processes({ edge }: { readonly edge: Reachable }) {
  const { t } = useWords()
  const { keeper, workers = [], listeners, startedAt, crashes } = edge
  return (
    <Facts
      facts={[
        [t('host.listens'), listeners.map(listenerWords).join(', ')],
        [
          t('host.keeper'),
          <span key="keeper">
            {keeper === undefined ? '' : `pid ${keeper.pid}, `}
            {t('host.since')} <When at={startedAt} />
          </span>,
        ],
        ...workers.map(
          (worker, index) =>
            [
              t('host.worker', { number: index + 1 }),
              t('host.workerWords', {
                pid: worker.pid,
                state: t(`host.worker_${worker.state}`),
                connections: worker.connections,
                inFlight: worker.inFlight,
              }),
            ] as const,
        ),
        [
          t('host.crashes'),
          crashes === 0 ? '0' : <State key="crashes" tone="halted" word={t('host.crashed', { count: crashes })} />,
        ],
      ]}
    />
  )
}

const listenerWords = ({ host, port, tls }: Reachable['listeners'][number]): string =>
  `${tls ? 'https' : 'http'}://${host}:${port}`

type RouteProps = { readonly route: EdgeRoute; readonly releases: HostLook['releases'] }

function RouteOf({ route, releases }: RouteProps) {
  const { t, language } = useWords()
  const { addresses, service, isPanic, panicThreshold, isMaintenance } = route
  return (
    <section className={styles['route']} aria-label={`${placeOf(route)} ${service}`}>
      <header>
        <h3>
          {placeOf(route)} · {service}
        </h3>
        <span>{addresses.map((one) => one.replace(/^\*\//, t('host.anyHost'))).join(', ')}</span>
        {isMaintenance ? <State tone="halted" word={t('host.maintenance')} /> : null}
        {isPanic ? <State tone="failed" word={t('host.panic')} /> : null}
        <span className={styles['quiet']}>
          {t('host.panicBelow', { share: percentWords(panicThreshold, language) })}
        </span>
      </header>
      <p className={styles['quiet']}>{t('host.lastMinute')}</p>
      <Split route={route} releases={releases} />
      <Targets route={route} releases={releases} />
    </section>
  )
}

/** Who gets how much, and how that goes. */
function Split({ route, releases }: RouteProps) {
  const { t, language } = useWords()
  return (
    <ul className={styles['split']}>
      {route.releases.map((one) => {
        const failed = failedShare(one)
        return (
          <li key={one.fleet}>
            <span className={styles['share']}>
              <span className={styles['bar']} aria-hidden="true">
                <span style={{ width: `${one.share * 100}%` }} />
              </span>
              <strong>{percentWords(one.share, language)}</strong>
            </span>
            <FleetLink fleet={one.fleet} release={releases[one.fleet]} />
            <span>{t('host.perSecond', { rate: rateWords(one.perSecond, language) })}</span>
            <span data-bad={failed !== null && failed > 0}>
              {failed === null
                ? t('host.noneAsked')
                : failed === 0
                  ? t('host.noneFailed')
                  : t('host.failedShare', { share: percentWords(failed, language) })}
            </span>
            <span className={styles['quiet']}>
              {t('host.latency', { p50: msWords(one.p50Ms), p99: msWords(one.p99Ms) })}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Targets({ route: { targets }, releases }: RouteProps) {
  const { t, language } = useWords()
  return (
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label={t('host.targets')}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th>{t('host.state')}</th>
            <th>{t('host.target')}</th>
            <th>{t('host.release')}</th>
            <th>{t('host.address')}</th>
            <th data-numeric>{t('host.requests')}</th>
            <th data-numeric>{t('host.inFlight')}</th>
            <th data-numeric>p99</th>
            <th>{t('host.evidence')}</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => {
            const { tone, says } = targetStanding(target)
            return (
              <tr key={target.id}>
                <td>
                  <State tone={tone} word={t(`host.target_${says}`)} />
                </td>
                <th scope="row">
                  <code>{target.instance}</code>
                </th>
                <td>
                  <FleetLink fleet={target.fleet} release={releases[target.fleet]} />
                </td>
                <td>
                  <code>{target.address}</code>
                </td>
                <td data-numeric>{t('host.perSecondShort', { rate: rateWords(target.perSecond, language) })}</td>
                <td data-numeric data-name={t('host.inFlight')}>
                  {target.inFlight}
                </td>
                <td data-numeric data-name="p99">
                  {msWords(target.p99Ms)}
                </td>
                <td className={styles['quiet']}>{target.evidence ?? ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
