/** One deployment, live: where it is, its instances and traffic, what it did, why it is as it is, and the next step. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { addressOf } from '../../api/client.ts'
import { refresh, useAnswer, useTopic } from '../../api/context.tsx'
import type { Deployment, Diagnosis } from '../../api/generated.ts'
import { Repair } from '../../parts/command.tsx'
import { Id } from '../../parts/id.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State, StateIcon } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { executionIdOf } from '../executions/names.ts'
import { DeployActions } from './actions.tsx'
import { Calls, Differences, Evidence, Plan } from './details.tsx'
import styles from './deploy.module.css'
import { placeOf } from './deploys.tsx'
import { Instances } from './instances.tsx'
import { deployTabs } from './search.ts'
import { stagesOf, standingOf } from './standing.ts'
import { Traffic } from './traffic.tsx'

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
  return <Shown deployment={found.data} />
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
    onEnd: () => void refresh(queries, ['deployments', 'places', 'locks']),
  })
  return found
}

function Shown({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { tone, says, state } = standingOf(deployment)
  const { createdAt, endedAt, requestedBy, diagnosis, evidence, waitingFor } = deployment
  return (
    <Page
      name={placeOf(deployment)}
      title={placeOf(deployment)}
      status={
        <>
          <State tone={tone} word={t(`deploy.says_${says}`, { state })} strong />
          {evidence === undefined ? null : <span>{lostWords(t, evidence.madeBySwitch)}</span>}
          {diagnosis === undefined ? null : <span>{t('deploy.stillServes')}</span>}
          <span>
            <When at={createdAt} /> · <Elapsed from={createdAt} to={endedAt} /> ·{' '}
            {t('deploy.deployedBy', { name: requestedBy.name ?? requestedBy.id })}
          </span>
          <code>{deployment.releaseId}</code>
          <Id value={deployment.id} short />
        </>
      }
      actions={<DeployActions deployment={deployment} />}
    >
      {diagnosis === undefined ? null : <Why diagnosis={diagnosis} />}
      <Stages deployment={deployment} />
      {waitingFor === null || endedAt !== null ? null : (
        <p className={styles['waiting']} role="status">
          {t('deploy.waitingFor', { what: waitingFor })}
        </p>
      )}
      <div className={styles['columns']}>
        <Instances deployment={deployment} />
        <Traffic deployment={deployment} />
      </div>
      <Details deployment={deployment} />
    </Page>
  )
}

const lostWords = (t: ReturnType<typeof useWords>['t'], lost: number): string =>
  lost === 0 ? t('deploy.nothingLost') : t('deploy.lost', { count: lost })

/** One thing, and one next step. */
function Why({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { t } = useWords()
  return (
    <section className={styles['why']} data-halted={diagnosis.class === 'halted'} aria-label={t('deploy.diagnosis')}>
      <h2>{diagnosis.what}</h2>
      <p>{diagnosis.meaning}</p>
      {diagnosis.field === undefined ? null : <code>{diagnosis.field}</code>}
      {diagnosis.class === 'halted' ? null : (
        <p className={styles['quiet']}>{t(`deploy.mender_${diagnosis.mender}`)}</p>
      )}
      {diagnosis.command === '' ? null : <Repair text={diagnosis.command} />}
    </section>
  )
}

function Stages({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  return (
    <ol className={styles['stages']} aria-label={t('deploy.stages')}>
      {stagesOf(deployment).map(({ state, step, tone, startedAt, endedAt }, index) => (
        <li
          key={`${index} ${state}`}
          data-tone={tone}
          aria-current={startedAt !== undefined && endedAt === undefined ? 'step' : undefined}
        >
          {tone === undefined ? null : <StateIcon tone={tone} />}
          <span>
            {state}
            {step === null ? '' : ` ${step}`}
          </span>
          {state === 'CheckHealth' && endedAt === undefined && tone !== undefined ? (
            <span className={styles['quiet']}>{t('deploy.healthyOf', deployment.healthy)}</span>
          ) : null}
          {startedAt === undefined ? null : (
            <span className={styles['quiet']}>
              <Elapsed from={startedAt} to={endedAt} />
            </span>
          )}
          {tone === undefined ? null : <span className={styles['hidden']}>{t(`part.tone_${tone}`)}</span>}
        </li>
      ))}
    </ol>
  )
}

function Details({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { tab = 'calls' } = useSearch({ from: '/frame/deploys/$id' })
  const navigate = useNavigate()
  const { executionArn } = deployment
  return (
    <Section
      title={
        <Switch
          label={t('deploy.look')}
          value={tab}
          options={deployTabs.map((one) => [one, t(`deploy.${one}`)] as const)}
          onChoose={(one) => void navigate({ to: '.', search: { tab: one }, replace: true, resetScroll: false })}
        />
      }
      aside={
        <span className={styles['links']}>
          {executionArn === null ? null : (
            <Link to="/executions/$execution" params={{ execution: executionIdOf(executionArn) }}>
              {t('deploy.execution')}
            </Link>
          )}
          <Link to="/audit" search={{ subject: deployment.id }}>
            {t('deploy.inAudit')}
          </Link>
        </span>
      }
    >
      {tab === 'calls' ? (
        <Calls deployment={deployment} />
      ) : tab === 'evidence' ? (
        <Evidence deployment={deployment} />
      ) : tab === 'plan' ? (
        <Plan id={deployment.id} />
      ) : (
        <Differences deployment={deployment} />
      )}
    </Section>
  )
}
