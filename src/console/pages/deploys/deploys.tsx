/** The history of all places, newest first; what is under way stands on top by itself. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useAnswer } from '../../api/context.tsx'
import { type ListRows, useList } from '../../api/list.ts'
import type { DeploymentSummary } from '../../api/generated.ts'
import { Choice } from '../../parts/choice.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { shortened } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './deploys.module.css'
import { placeOf } from './place.ts'
import { standingOf } from './standing.ts'

export function DeploysPage() {
  const { t } = useWords()
  const { place } = useSearch({ from: '/frame/deploys' })
  const navigate = useNavigate()
  const [project, config] = place?.split(' › ') ?? []
  const list = useList('deploymentList', { query: { project, config, limit: '100' } }, ({ id }) => id)
  const places = useAnswer('placeList', {})
  const underWay = list.items.filter(({ endedAt }) => endedAt === null).length
  const known = new Set([...(places.data?.items ?? []).map(placeOf), ...(place === undefined ? [] : [place])])
  return (
    <Page
      fill
      name={t('deploy.title')}
      title={t('deploy.title')}
      status={
        underWay === 0 ? (
          t('deploy.noneUnderWay')
        ) : (
          <State tone="running" word={t('deploy.underWay', { count: underWay })} />
        )
      }
    >
      <Filters>
        <Choice
          label={t('deploy.place')}
          any={t('deploy.anyPlace')}
          value={place}
          options={[...known].map((one) => [one, one] as const)}
          onChoose={(one) => void navigate({ to: '/deploys', search: one === undefined ? {} : { place: one } })}
        />
      </Filters>
      {list.isError ? (
        <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
      ) : list.items.length === 0 && !list.isPending ? (
        place === undefined ? (
          <Empty title={t('deploy.emptyTitle')} commands={['holdfast deploy examples/hello/holdfast.yaml']}>
            {t('deploy.emptyHint')}
          </Empty>
        ) : (
          <Empty title={t('deploy.noneThere')} />
        )
      ) : (
        <Table key={list.id} rows={list.rows} />
      )}
    </Page>
  )
}

function Table({ rows }: { readonly rows: ListRows<DeploymentSummary> }) {
  const words = useWords()
  const navigate = useNavigate()
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <RowTable
      {...rows}
      newestFirst
      label={words.t('deploy.title')}
      columns={columns}
      glowOn={({ status, state }) => `${status} ${state}`}
      onOpen={({ id }) => void navigate({ to: '/deploys/$id', params: { id } })}
    />
  )
}

/** Where it is narrow the project gives way: of places the config tells more. */
const Place = ({ project, config }: DeploymentSummary) => (
  <span className={styles['place']}>
    <span>{project}</span>
    <span>&nbsp;› {config}</span>
  </span>
)

function columnsIn({ t }: Words): readonly Column<DeploymentSummary>[] {
  return [
    {
      key: 'status',
      head: t('deploy.status'),
      width: 'minmax(104px, 1.2fr)',
      cell: (deployment) => {
        const { tone, says, state } = standingOf(deployment)
        return <State tone={tone} word={t(`deploy.says_${says}`, { state })} />
      },
    },
    { key: 'place', head: t('deploy.place'), width: 'minmax(104px, 1.2fr)', cell: Place },
    {
      key: 'release',
      head: t('deploy.release'),
      width: '236px',
      wide: true,
      cell: ({ releaseId }) => <code>{releaseId}</code>,
    },
    {
      key: 'why',
      head: t('deploy.why'),
      width: 'minmax(100px, 1.6fr)',
      wide: true,
      cell: ({ diagnosis, controlReason }) => diagnosis?.what ?? controlReason ?? '',
    },
    {
      key: 'by',
      head: t('deploy.by'),
      width: '110px',
      wide: true,
      cell: ({ requestedBy: { name, id } }) => name ?? shortened(id),
    },
    {
      key: 'started',
      head: t('deploy.started'),
      width: '64px',
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
    {
      key: 'duration',
      head: t('deploy.duration'),
      width: '76px',
      wide: true,
      numeric: true,
      cell: ({ createdAt, endedAt }) => <Elapsed from={createdAt} to={endedAt} />,
    },
  ]
}
