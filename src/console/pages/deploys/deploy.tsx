/** One deployment, live: what became of it in words, where it is, its instances and traffic, why it is as it is, and the next step. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { addressOf } from '../../api/client.ts'
import { refresh, useAnswer, useTopic } from '../../api/context.tsx'
import type { Deployment } from '../../api/generated.ts'
import type { May } from '../../api/may.ts'
import { useMay } from '../../api/use-may.ts'
import { CopyLink } from '../../parts/copy.tsx'
import { Id, shortened } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { Approval } from './approval.tsx'
import { DeployActions } from './actions.tsx'
import styles from './deploy.module.css'
import { placeOf } from './place.ts'
import { Instances } from './instances.tsx'
import { countsBetween } from './release.ts'
import { type DeployTab, deployTabs } from './search.ts'
import { answerOf } from './standing.ts'
import { Strip } from './strip.tsx'
import { Audit } from './tabs/audit.tsx'
import { Calls } from './tabs/calls.tsx'
import { Difference } from './tabs/difference.tsx'
import { Events } from './tabs/events.tsx'
import { Evidence } from './tabs/evidence.tsx'
import { Logs } from './tabs/logs.tsx'
import { Plan } from './tabs/plan.tsx'
import { OverTime, Traffic } from './traffic.tsx'
import { Why } from './why.tsx'

/** It brings the language with it, which folds the history of the execution. */
const InputOutput = lazy(async () => ({ default: (await import('./tabs/io.tsx')).InputOutput }))

export function DeployPage() {
  const { t } = useWords()
  const { id } = useParams({ from: '/frame/deploys/$id' })
  const found = useLiveDeployment(id)
  if (found.isError) {
    return (
      <Page name={id} title={t('deploy.title')}>
        <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  if (found.data === undefined) return <Page name={id} title={id} status={t('part.loading')} children={null} />
  return <Shown key={id} deployment={found.data} />
}

/** Each event holds the whole of it: the newest is what is so. */
function useLiveDeployment(id: string) {
  const queries = useQueryClient()
  const found = useAnswer('deploymentDescribe', { params: { id } })
  useTopic({
    path: addressOf('/v1/deployments/{id}/events', { id }),
    onEvent: ({ data }) => {
      queries.setQueryData(['deployments', 'deploymentDescribe', { params: { id } }], JSON.parse(data) as Deployment)
    },
    onEnd: () => void refresh(queries, ['deployments', 'places', 'locks', 'trail']),
  })
  return found
}

function Shown({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { waitingFor, endedAt, step, approval } = deployment
  const isAsking = approval?.state === 'waiting'
  // How long it is watched stands with the traffic already.
  const waits = endedAt === null && (step?.bake ?? null) === null && !isAsking ? waitingFor : null
  return (
    <Page
      name={placeOf(deployment)}
      title={placeOf(deployment)}
      status={<Answer deployment={deployment} />}
      actions={<DeployActions deployment={deployment} />}
    >
      <Strip deployment={deployment} />
      <Approval deployment={deployment} />
      {waits === null ? null : (
        <p className={styles['waiting']} role="status">
          {t('deploy.waitingFor', { what: waits })}
        </p>
      )}
      <Why deployment={deployment} />
      <div className={styles['columns']}>
        <Instances deployment={deployment} />
        <Traffic deployment={deployment} />
      </div>
      <OverTime deployment={deployment} />
      <Details deployment={deployment} />
    </Page>
  )
}

/** The first line answers; the second says of what, by whom and since when. */
function Answer({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { createdAt, endedAt, requestedBy, evidence, former, releaseId, retryOf, status } = deployment
  const { tone, key, values, at } = answerOf(deployment)
  // Nothing is dropped where the application itself answers that it cannot.
  const failedAnswers =
    endedAt === null ? 0 : (evidence?.during.applicationFailures ?? 0) + (evidence?.after.applicationFailures ?? 0)
  const restored = status === 'failed' || status === 'halted' ? former : null
  return (
    <>
      <span className={styles['answer']} role="status">
        <State tone={tone} word={t(key, values)} strong />
        {at === null ? null : <When at={at} />}
        {evidence === undefined || endedAt === null ? null : (
          <span data-bad={evidence.madeBySwitch > 0}>{t('deploy.lost', { count: evidence.madeBySwitch })}</span>
        )}
        {failedAnswers === 0 ? null : <span data-bad>{t('deploy.failedAnswers', { count: failedAnswers })}</span>}
        {restored === null ? null : <span>{t('deploy.stillServes', { release: shortened(restored.releaseId) })}</span>}
      </span>
      <span className={styles['of']}>
        <Change deployment={deployment} />
        <span>
          {t('deploy.deployedBy', { name: requestedBy.name ?? requestedBy.id })} · <When at={createdAt} /> ·{' '}
          <Elapsed from={createdAt} to={endedAt} />
        </span>
        {retryOf === null ? null : (
          <Link to="/deploys/$id" params={{ id: retryOf }}>
            {t('deploy.retryOf')}
          </Link>
        )}
        <Id value={releaseId} what={t('deploy.release')} short />
        <CopyLink />
      </span>
    </>
  )
}

/** `r-41 → r-42 +3 −1`: leads to what exactly differs. */
function Change({ deployment: { former, releaseId } }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const enabled = former !== null
  const before = useAnswer('releaseDescribe', { params: { id: former?.releaseId ?? '' } }, { enabled })
  const after = useAnswer('releaseDescribe', { params: { id: releaseId } }, { enabled })
  if (former === null) return <span>{t('deploy.firstRelease')}</span>
  const counts =
    before.data === undefined || after.data === undefined
      ? undefined
      : countsBetween(before.data.document, after.data.document)
  return (
    <Link to="." search={{ tab: 'difference' }} replace resetScroll={false}>
      {shortened(former.releaseId)} → {shortened(releaseId)}
      {counts === undefined ? '' : ` +${counts.added} −${counts.removed} ±${counts.changed}`}
    </Link>
  )
}

function Details({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { tab = 'events' } = useSearch({ from: '/frame/deploys/$id' })
  const navigate = useNavigate()
  const may = useMay()
  const tabs = deployTabs.filter((one) => one === tab || mayLook(may, one, deployment))
  return (
    <Tabs
      label={t('deploy.look')}
      value={tab}
      options={tabs.map((one) => [one, t(`deploy.${one}`)] as const)}
      onChoose={(one) => void navigate({ to: '.', search: { tab: one }, replace: true, resetScroll: false })}
    >
      <Suspense fallback={<p className={styles['quiet']}>{t('part.loading')}</p>}>
        <Tab tab={tab} deployment={deployment} />
      </Suspense>
    </Tabs>
  )
}

/** What goes through an execution, and the trail, are not bound to a place. */
function mayLook(may: May, tab: DeployTab, place: Deployment): boolean {
  if (tab === 'io') return may('execution.history')
  if (tab === 'audit') return may('trail.read')
  return tab === 'logs' ? may('logs.read', place) : true
}

function Tab({ tab, deployment }: { readonly tab: DeployTab; readonly deployment: Deployment }) {
  switch (tab) {
    case 'events':
      return <Events deployment={deployment} />
    case 'io':
      return <InputOutput deployment={deployment} />
    case 'calls':
      return <Calls deployment={deployment} />
    case 'logs':
      return <Logs deployment={deployment} />
    case 'plan':
      return <Plan id={deployment.id} />
    case 'evidence':
      return <Evidence deployment={deployment} />
    case 'audit':
      return <Audit id={deployment.id} />
    case 'difference':
      return <Difference deployment={deployment} />
    default:
      return tab satisfies never
  }
}
