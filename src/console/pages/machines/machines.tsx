/** All state machines: how each does, and who changed it last. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import { useList } from '../../api/list.ts'
import type { MachineSummary } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { Icon } from '../../parts/icons.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { matching } from '../../parts/matching.ts'
import { SearchField } from '../../parts/search-field.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { CreateDialog } from './create.tsx'
import styles from './machines.module.css'
import { authorOf, percentWords, successRate } from './outcomes.ts'
import { sampleNames } from './search.ts'

export function MachinesPage() {
  const { t } = useWords()
  const { name } = useSearch({ from: '/frame/machines' })
  const [isCreating, dialog] = useDisclosure(false)
  const list = useList('machineList', { query: { lately: 'true', limit: '200' } }, ({ arn }) => arn)
  const isRead = !list.isPending && !list.isError
  const items = useMemo(() => matching(list.items, name, (one) => one.name), [list.items, name])
  useWhole(list, name !== undefined)
  useOutcomes(list)
  const running = list.items.reduce((sum, { lately }) => sum + (lately?.running ?? 0), 0)
  // Holdfast brings some of its own: they are no beginning.
  const isEmpty = isRead && !list.rows.hasMore && list.items.every(isOurs)
  return (
    <Page
      fill
      name={t('machine.title')}
      title={t('machine.title')}
      status={
        running === 0 ? (
          t('machine.answerQuiet', { count: list.items.length })
        ) : (
          <State tone="running" word={t('machine.answerRunning', { count: running })} />
        )
      }
      actions={
        isEmpty ? undefined : (
          <MayButton
            needs={{ verb: 'machine.create' }}
            leftSection={<Icon name="add" size={13} />}
            onClick={dialog.open}
          >
            {t('machine.create')}
          </MayButton>
        )
      }
    >
      {isEmpty ? <None onCreate={dialog.open} /> : <Search name={name} />}
      {list.isError ? (
        <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
      ) : items.length === 0 && isRead ? (
        <Empty title={t('machine.noneMatch')}>{t('machine.noneMatchHint')}</Empty>
      ) : (
        <Table items={items} list={list} />
      )}
      {isCreating ? <CreateDialog onClose={dialog.close} /> : null}
    </Page>
  )
}

const isOurs = ({ lately }: MachineSummary): boolean => lately?.last.madeBy?.type === 'system'

type List = ReturnType<typeof useList<'machineList'>>

/** What is searched has to be there. */
function useWhole({ items, rows: { hasMore, onMore } }: List, isSearched: boolean): void {
  const { length } = items
  useEffect(() => {
    if (isSearched && hasMore) onMore()
  }, [isSearched, hasMore, onMore, length])
}

const outcomesMs = 5000

/** What executions come to is no change of their machine: it is looked at now and then. */
function useOutcomes({ refetch }: List): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void refetch()
    }, outcomesMs)
    return () => clearInterval(timer)
  }, [refetch])
}

function Search({ name }: { readonly name: string | undefined }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const search = useCallback(
    (wanted: string | undefined) =>
      void navigate({ to: '/machines', search: wanted === undefined ? {} : { name: wanted }, replace: true }),
    [navigate],
  )
  return (
    <Filters>
      <SearchField isMain label={t('machine.search')} value={name} onSearch={search} />
    </Filters>
  )
}

function Table({ items, list }: { readonly items: readonly MachineSummary[]; readonly list: List }) {
  const words = useWords()
  const navigate = useNavigate()
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <RowTable
      label={words.t('machine.title')}
      {...list.rows}
      columns={columns}
      items={items}
      glowOn={({ lately }) => lately?.last.revisionId ?? ''}
      onOpen={({ name }) => void navigate({ to: '/machines/$machine', params: { machine: name } })}
    />
  )
}

function columnsIn({ t }: Words): readonly Column<MachineSummary>[] {
  return [
    { key: 'name', head: t('machine.name'), width: 'minmax(120px, 2fr)', cell: ({ name }) => <strong>{name}</strong> },
    { key: 'type', head: t('machine.type'), width: '88px', wide: true, cell: ({ type }) => t(`machine.type_${type}`) },
    {
      key: 'running',
      head: t('machine.running'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ lately }) =>
        lately === undefined || lately.running === 0 ? '' : <State tone="running" word={String(lately.running)} />,
    },
    {
      key: 'outcome',
      head: t('machine.outcome'),
      width: 'minmax(88px, 176px)',
      cell: ({ lately }) => (lately === undefined ? null : <Outcome lately={lately} />),
    },
    {
      key: 'revision',
      head: t('machine.revision'),
      width: '72px',
      wide: true,
      numeric: true,
      cell: ({ lately }) => lately?.last.number ?? '',
    },
    {
      key: 'changed',
      head: t('machine.changed'),
      width: '84px',
      numeric: true,
      cell: ({ lately }) => (lately === undefined ? null : <When at={lately.last.createdAt} />),
    },
    {
      key: 'by',
      head: t('machine.by'),
      width: 'minmax(80px, 1fr)',
      wide: true,
      cell: ({ lately }) => authorOf(lately?.last.madeBy) ?? '',
    },
    {
      key: 'summary',
      head: t('machine.summary'),
      width: 'minmax(80px, 2fr)',
      wide: true,
      cell: ({ lately }) => lately?.last.summary ?? '',
    },
  ]
}

/** A bar of what succeeded and failed, and the rate in words. */
export function Outcome({ lately }: { readonly lately: NonNullable<MachineSummary['lately']> }) {
  const { t } = useWords()
  const rate = successRate(lately)
  if (rate === undefined) return <span className={styles['quiet']}>{t('machine.never')}</span>
  const { succeeded, failed } = lately
  const says = t('machine.rate', { rate: percentWords(rate), count: succeeded + failed })
  return (
    <span className={styles['outcome']} title={says}>
      <span className={styles['bar']} aria-hidden="true">
        <span data-tone="done" style={{ flexGrow: succeeded }} />
        <span data-tone="failed" style={{ flexGrow: failed }} />
      </span>
      <State tone={failed > 0 ? 'failed' : 'done'} word={percentWords(rate)} />
      <span className={styles['quiet']}>{succeeded + failed}</span>
    </span>
  )
}

function None({ onCreate }: { readonly onCreate: () => void }) {
  const { t } = useWords()
  const navigate = useNavigate()
  return (
    <div className={styles['none']}>
      <Empty title={t('machine.emptyTitle')} commands={['holdfast asl run examples/order/order.ts']}>
        {t('machine.emptyHint')}
      </Empty>
      <div className={styles['samples']}>
        {sampleNames.map((sample) => (
          <Button
            key={sample}
            variant="default"
            onClick={() =>
              void navigate({ to: '/machines/$machine/edit', params: { machine: sample }, search: { sample } })
            }
          >
            {t(`machine.sample_${sample}`)}
          </Button>
        ))}
        <MayButton needs={{ verb: 'machine.create' }} leftSection={<Icon name="add" size={13} />} onClick={onCreate}>
          {t('machine.create')}
        </MayButton>
      </div>
    </div>
  )
}
