/** The first page: does anything wait for a person, what runs where, what is under way, how deploying goes. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { DeploymentSummary, ExecutionSummary, Pointer } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State, StateIcon } from '../../parts/state.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/deploys.tsx'
import { standingOf } from '../deploys/standing.ts'
import { executionIdOf, machineNameOf } from '../executions/names.ts'
import { MeasuresRow } from './measures-row.tsx'
import { needsOf, type Need } from './needs.ts'
import styles from './overview.module.css'

export function OverviewPage() {
  const { t } = useWords()
  const places = useAnswer('placeList', {})
  const history = useAnswer('deploymentList', { query: { limit: '199' } })
  const running = useAnswer('executionList', { query: { status: 'RUNNING', limit: '8' } })
  const failed = useAnswer('executionList', { query: { status: 'FAILED', limit: '20' } })
  const error = places.error ?? history.error ?? running.error ?? failed.error
  const deployments = history.data?.items ?? []
  const needs = needsOf(deployments, failed.data?.items ?? [], Date.now())
  const isKnown = history.isSuccess && failed.isSuccess
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
        {places.isSuccess && places.data.items.length === 0 ? (
          <Empty title={t('overview.noPlaces')} commands={['holdfast deploy examples/hello/holdfast.yaml']}>
            {t('overview.noPlacesHint')}
          </Empty>
        ) : (
          <Places places={places.data?.items ?? []} deployments={deployments} />
        )}
      </Section>
      <Section title={t('overview.running')} aside={<Link to="/executions">{t('overview.allExecutions')}</Link>}>
        <Running executions={running.data?.items ?? []} />
      </Section>
      <MeasuresRow deployments={deployments} />
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

type PlacesOf = { readonly places: readonly Pointer[]; readonly deployments: readonly DeploymentSummary[] }

function Places({ places, deployments }: PlacesOf) {
  const { t } = useWords()
  return (
    <div className={styles['scroll']}>
      <table className={styles['places']}>
        <thead>
          <tr>
            <th scope="col">{t('overview.place')}</th>
            <th scope="col">{t('overview.serving')}</th>
            <th scope="col">{t('overview.warm')}</th>
            <th scope="col">{t('overview.underWay')}</th>
          </tr>
        </thead>
        <tbody>
          {places.map((place) => (
            <tr key={placeOf(place)}>
              <th scope="row">
                <Link to="/deploys" search={{ place: placeOf(place) }}>
                  {placeOf(place)}
                </Link>
              </th>
              <td>
                {place.servingRelease === null ? (
                  t('overview.nothing')
                ) : (
                  <ReleaseLink fleet={place.servingFleet} release={place.servingRelease} />
                )}
              </td>
              <td>
                {place.warmRelease === null ? '' : <ReleaseLink fleet={place.warmFleet} release={place.warmRelease} />}
              </td>
              <td>
                <UnderWay
                  deployment={deployments.find((one) => one.endedAt === null && placeOf(one) === placeOf(place))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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

function Running({ executions }: { readonly executions: readonly ExecutionSummary[] }) {
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
