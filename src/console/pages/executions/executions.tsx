/** Executions of all state machines: searched, newest first, current. */
import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { toneOfStatus } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import { type ListRows, useList } from '../../api/list.ts'
import type { ExecutionSummary } from '../../api/generated.ts'
import { Choice } from '../../parts/choice.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { MapRunSummary } from './map-run.tsx'
import { executionIdOf, machineNameOf } from './names.ts'
import { type ExecutionsSearch, type Period, periods, statuses } from './search.ts'

const pageSize = 100

export function ExecutionsPage() {
  const { t } = useWords()
  const search = useSearch({ from: '/frame/executions' })
  const navigate = useNavigate()
  const query = useQueryOf(search)
  const list = useList('executionList', { query }, ({ arn }) => arn)
  const { searched } = list
  const running = list.items.filter(({ status }) => status === 'RUNNING').length
  return (
    <Page
      fill
      name={t('execution.title')}
      title={t('execution.title')}
      status={
        running === 0 ? t('execution.noneRunning') : <State tone="running" word={t('execution.answer', { running })} />
      }
    >
      {search.mapRun === undefined ? null : <OfMapRun arn={search.mapRun} />}
      <ExecutionFilters search={search} />
      {list.isError ? (
        <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
      ) : list.items.length === 0 && !list.isPending && searched === undefined ? (
        <Nothing isFiltered={Object.keys(search).length > 0} />
      ) : (
        <Table
          key={list.id}
          rows={list.rows}
          onOpen={({ arn }) =>
            void navigate({ to: '/executions/$execution', params: { execution: executionIdOf(arn) } })
          }
        />
      )}
      {searched === undefined ? null : <Searched count={searched} onOlder={list.rows.onMore} />}
    </Page>
  )
}

/** Whose executions these are, with the way back. */
function OfMapRun({ arn }: { readonly arn: string }) {
  const { t } = useWords()
  const run = useAnswer('map_runDescribe', { params: { run: arn } })
  const around = run.data?.execution
  return (
    <section aria-label={t('execution.mapRun')}>
      <p>
        {t('execution.mapRunOf')}{' '}
        {around === undefined ? null : (
          <Link to="/executions/$execution" params={{ execution: executionIdOf(around) }}>
            {executionIdOf(around)}
          </Link>
        )}
      </p>
      <MapRunSummary arn={arn} />
    </section>
  )
}

/** The server says how far it looked: going on costs it as much again. */
function Searched({ count, onOlder }: { readonly count: number; readonly onOlder: () => void }) {
  const { t } = useWords()
  return (
    <p role="status">
      {t('execution.searched', { count })}{' '}
      <Button variant="subtle" size="compact-sm" onClick={onOlder}>
        {t('execution.searchOlder')}
      </Button>
    </p>
  )
}

/** The period begins when it is chosen: an address that is opened tomorrow means the last hour of tomorrow. */
function useQueryOf({ since, ...search }: ExecutionsSearch) {
  const startedSince = useMemo(
    () => (since === undefined ? undefined : new Date(Date.now() - periodMs[since]).toISOString()),
    [since],
  )
  return { ...search, startedSince, limit: String(pageSize) } as const
}

const periodMs: Readonly<Record<Period, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 }

function ExecutionFilters({ search }: { readonly search: ExecutionsSearch }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const machines = useAnswer('machineList', { query: { limit: '1000' } })
  const change = useCallback(
    (changed: ExecutionsSearch) =>
      void navigate({ to: '/executions', search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  )
  const onName = useCallback((name: string | undefined) => change({ name }), [change])
  const onInput = useCallback((input: string | undefined) => change({ input }), [change])
  const onError = useCallback((error: string | undefined) => change({ error }), [change])
  return (
    <Filters>
      <SearchField isMain label={t('execution.search')} value={search.name} onSearch={onName} />
      {search.mapRun === undefined ? (
        <Choice
          label={t('execution.machine')}
          any={t('execution.anyMachine')}
          value={search.machine}
          options={(machines.data?.items ?? []).map(({ name }) => [name, name] as const)}
          onChoose={(machine) => change({ machine })}
        />
      ) : null}
      <Choice
        label={t('execution.status')}
        any={t('execution.anyStatus')}
        value={search.status}
        options={statuses.map((status) => [status, t(`execution.status_${status}`)] as const)}
        onChoose={(status) => change({ status })}
      />
      <Choice
        label={t('execution.since')}
        any={t('execution.since_all')}
        value={search.since}
        options={periods.map((period) => [period, t(`execution.since_${period}`)] as const)}
        onChoose={(since) => change({ since })}
      />
      <SearchField label={t('execution.errorHint')} value={search.error} onSearch={onError} />
      <SearchField label={t('execution.inputHint')} value={search.input} onSearch={onInput} />
    </Filters>
  )
}

type TableOf = {
  readonly rows: ListRows<ExecutionSummary>
  readonly onOpen: (item: ExecutionSummary) => void
}

function Table({ rows, onOpen }: TableOf) {
  const words = useWords()
  const { t } = words
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <RowTable
      {...rows}
      newestFirst
      label={t('execution.title')}
      columns={columns}
      onOpen={onOpen}
      glowOn={({ status }) => status}
    />
  )
}

function columnsIn({ t }: Words): readonly Column<ExecutionSummary>[] {
  return [
    {
      key: 'status',
      head: t('execution.status'),
      width: '112px',
      cell: ({ status }) => <State tone={toneOfStatus(status)} word={t(`execution.status_${status}`)} />,
    },
    { key: 'name', head: t('execution.name'), width: 'minmax(120px, 2fr)', cell: ({ name }) => <code>{name}</code> },
    {
      key: 'machine',
      head: t('execution.machine'),
      width: 'minmax(100px, 1fr)',
      wide: true,
      cell: ({ machine }) => machineNameOf(machine),
    },
    {
      key: 'error',
      head: t('execution.error'),
      width: 'minmax(80px, 1fr)',
      wide: true,
      cell: ({ error }) => error ?? '',
    },
    {
      key: 'started',
      head: t('execution.started'),
      width: '88px',
      numeric: true,
      cell: ({ startedAt }) => <When at={startedAt} />,
    },
    {
      key: 'duration',
      head: t('execution.duration'),
      width: '88px',
      wide: true,
      numeric: true,
      cell: ({ startedAt, stoppedAt }) => <Elapsed from={startedAt} to={stoppedAt} />,
    },
    {
      key: 'redrives',
      head: t('execution.redrives'),
      width: '80px',
      wide: true,
      numeric: true,
      cell: ({ redriveCount = 0 }) => (redriveCount === 0 ? '' : String(redriveCount)),
    },
  ]
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const { t } = useWords()
  const navigate = useNavigate()
  if (!isFiltered) {
    return (
      <Empty
        title={t('execution.emptyTitle')}
        commands={['holdfast asl run examples/order/order.ts --input \'{"orderId":"A-1"}\'']}
      >
        {t('execution.emptyHint')}
      </Empty>
    )
  }
  return (
    <Empty title={t('execution.noneMatch')}>
      {t('execution.noneMatchHint')}{' '}
      <Button variant="subtle" onClick={() => void navigate({ to: '/executions', search: {} })}>
        {t('execution.clear')}
      </Button>
    </Empty>
  )
}
