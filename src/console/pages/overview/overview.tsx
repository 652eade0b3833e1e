/** The first page: does anything wait for a person, what runs where, what is under way, how deploying goes. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { DeploymentSummary, ExecutionSummary } from '../../api/generated.ts'
import { useMay } from '../../api/use-may.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State, StateIcon } from '../../parts/state.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import { standingOf } from '../deploys/standing.ts'
import { executionIdOf, machineNameOf } from '../executions/names.ts'
import { MeasuresRow } from './measures-row.tsx'
import { needsOf, type Need } from './needs.ts'
import { type Running, runningWhere } from './running-where.ts'
import styles from './overview.module.css'

export function OverviewPage() {
  const { t } = useWords()
  const may = useMay()
  const places = useAnswer('placeList', {})
  const history = useAnswer('deploymentList', { query: { limit: '199' } })
  const locks = useAnswer('lockList', {})
  const mayExecutions = { enabled: may('execution.list') }
  const running = useAnswer('executionList', { query: { status: 'RUNNING', limit: '8' } }, mayExecutions)
  const failed = useAnswer('executionList', { query: { status: 'FAILED', limit: '20' } }, mayExecutions)
  const error = places.error ?? history.error ?? running.error ?? failed.error
  const deployments = history.data?.items ?? []
  const where = runningWhere(places.data?.items ?? [], deployments, locks.data?.items ?? [])
  const needs = needsOf(deployments, failed.data?.items ?? [], Date.now())
  const isKnown = history.isSuccess && (failed.isSuccess || !mayExecutions.enabled)
  return (
    <Page
      name={t('overview.title')}
      title={t('overview.title')}
      status={
        !isKnown ? (
          t('part.loading')
        ) : needs.length === 0 ? (
          <State tone="done" strong word={t('overview.allWell')} />
        ) : (
          <State tone="halted" strong word={t('overview.needs', { count: needs.length })} />
        )
      }
    >
      {error === null ? null : <ProblemBox error={error} />}
      {needs.length === 0 ? null : <Needs needs={needs} />}
      <Section title={t('overview.places')}>
        {places.isSuccess && where.length === 0 ? (
          <Empty title={t('overview.noPlaces')} commands={['holdfast deploy examples/hello/holdfast.yaml']}>
            {t('overview.noPlacesHint')}
          </Empty>
        ) : (
          <Places where={where} />
        )}
      </Section>
      {mayExecutions.enabled ? (
        <Section title={t('overview.running')} aside={<Link to="/executions">{t('overview.allExecutions')}</Link>}>
          <Executions executions={running.data?.items ?? []} />
        </Section>
      ) : null}
      <MeasuresRow deployments={deployments} isAll={history.data?.cursor === undefined} />
    </Page>
  )
}

function Needs({ needs }: { readonly needs: readonly Need[] }) {
  const { t } = useWords()
  return (
    <Section title={t('overview.needsTitle')}>
      <ul className={styles['needs']}>
        {needs.map((need) => (
          <li key={`${need.kind} ${need.id}`}>
            <span data-tone={need.tone}>
              <StateIcon tone={need.tone} />
            </span>
            <NeedLink need={need}>{needWords(t, need)}</NeedLink>
            <span className={styles['quiet']}>
              <When at={need.at} />
            </span>
            <span className={styles['why']}>{need.why}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function needWords(t: ReturnType<typeof useWords>['t'], need: Need): string {
  switch (need.kind) {
    case 'paused':
      return t('overview.paused', { place: need.place, state: need.state })
    case 'failedDeploy':
      return t('overview.failedDeploy', { place: need.place, state: need.state })
    case 'approval':
    case 'glass':
      return t(`overview.${need.kind}`, { place: need.place })
    case 'failedExecution':
      return t('overview.failedExecution', { machine: need.machine, name: need.name })
    default:
      return need satisfies never
  }
}

function NeedLink({ need, children }: { readonly need: Need; readonly children: ReactNode }) {
  return need.kind === 'failedExecution' ? (
    <Link to="/executions/$execution" params={{ execution: need.id }}>
      {children}
    </Link>
  ) : (
    <Link to="/deploys/$id" params={{ id: need.id }}>
      {children}
    </Link>
  )
}

/** A row for each place; on a phone a card. */
function Places({ where }: { readonly where: readonly Running[] }) {
  const { t } = useWords()
  return (
    <table className={styles['places']}>
      <thead>
        <tr>
          <th scope="col">{t('overview.place')}</th>
          <th scope="col">{t('overview.serving')}</th>
          <th scope="col">{t('overview.since')}</th>
          <th scope="col">{t('overview.warm')}</th>
          <th scope="col">{t('overview.underWay')}</th>
          <th scope="col">{t('overview.last')}</th>
        </tr>
      </thead>
      <tbody>
        {where.map((one) => (
          <PlaceRow key={placeOf(one.place)} one={one} />
        ))}
      </tbody>
    </table>
  )
}

function PlaceRow({ one: { place, by, underWay, closed, last } }: { readonly one: Running }) {
  const { t } = useWords()
  const since = by?.committedAt ?? undefined
  return (
    <tr>
      <th scope="row">
        <Link to="/deploys" search={{ place: placeOf(place) }}>
          {placeOf(place)}
        </Link>
      </th>
      <td data-name={t('overview.serving')}>
        {place.servingRelease === null ? (
          t('overview.nothing')
        ) : (
          <ReleaseLink fleet={place.servingFleet} release={place.servingRelease} />
        )}
      </td>
      <td data-name={t('overview.since')} className={styles['quiet']}>
        {since === undefined || by === undefined ? null : (
          <>
            <When at={since} /> · {by.requestedBy.name ?? by.requestedBy.id}
          </>
        )}
      </td>
      <td data-name={t('overview.warm')}>
        {place.warmRelease === null ? null : <ReleaseLink fleet={place.warmFleet} release={place.warmRelease} />}
      </td>
      <td data-name={t('overview.underWay')}>
        <UnderWay deployment={underWay} />
        {closed === undefined ? null : (
          <Link to="/locks" className={styles['plain']}>
            <State tone="halted" word={t('overview.closedBy', { name: closed.ownerName ?? closed.owner ?? '' })} />
          </Link>
        )}
      </td>
      <td data-name={t('overview.last')}>
        <Last deployments={last} />
      </td>
    </tr>
  )
}

/** How the last ones went, at a glance: each leads to its page. */
function Last({ deployments }: { readonly deployments: readonly DeploymentSummary[] }) {
  const { t } = useWords()
  return (
    <span className={styles['last']}>
      {deployments.map((one) => {
        const { tone, says, state } = standingOf(one)
        return (
          <Link
            key={one.id}
            to="/deploys/$id"
            params={{ id: one.id }}
            aria-label={`${t(`deploy.says_${says}`, { state })} ${one.releaseId}`}
            data-tone={tone}
          >
            <StateIcon tone={tone} />
          </Link>
        )
      })}
    </span>
  )
}

/** What a deployment brought up is named by its id. */
function ReleaseLink({ fleet, release }: { readonly fleet: string | null; readonly release: string }) {
  if (fleet === null) return <code>{release}</code>
  return (
    <Link to="/deploys/$id" params={{ id: fleet }}>
      <code>{release}</code>
    </Link>
  )
}

function UnderWay({ deployment }: { readonly deployment: DeploymentSummary | undefined }) {
  const { t } = useWords()
  if (deployment === undefined) return null
  const { tone, says, state } = standingOf(deployment)
  return (
    <Link to="/deploys/$id" params={{ id: deployment.id }} className={styles['plain']}>
      <State tone={tone} word={t(`deploy.says_${says}`, { state })} />
    </Link>
  )
}

function Executions({ executions }: { readonly executions: readonly ExecutionSummary[] }) {
  const { t } = useWords()
  if (executions.length === 0) return <p className={styles['quiet']}>{t('overview.noneRunning')}</p>
  return (
    <ul className={styles['needs']}>
      {executions.map(({ arn, machine, name, startedAt }) => (
        <li key={arn}>
          <span data-tone="running">
            <StateIcon tone="running" />
          </span>
          <Link to="/executions/$execution" params={{ execution: executionIdOf(arn) }}>
            {machineNameOf(machine)} › {name}
          </Link>
          <span className={styles['quiet']}>
            <Elapsed from={startedAt} to={undefined} />
          </span>
        </li>
      ))}
    </ul>
  )
}
