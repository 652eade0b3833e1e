/** The audit trail: found, looked at, proven, taken away. */
import { Button } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useList } from '../../api/context.tsx'
import type { TrailRecord } from '../../api/generated.ts'
import { Choice } from '../../parts/choice.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './audit.module.css'
import { Proof, useExport, useVerify } from './proof.tsx'
import { RecordView } from './record.tsx'
import { actorWords, subjectWords } from './words-of.ts'
import { actions, type AuditSearch } from './search.ts'

export function AuditPage() {
  const words = useWords()
  const { t } = words
  const { record, ...search } = useSearch({ from: '/frame/audit' })
  const change = useChange()
  const list = useList('trailRead', { query: { ...search, limit: '200' } })
  const verify = useVerify()
  const save = useExport()
  const columns = useMemo(() => columnsIn(words), [words])
  const selected = list.items.find(({ seq }) => seq === record)
  return (
    <Page
      fill
      name={t('audit.title')}
      title={t('audit.title')}
      status={verify.data === undefined && !verify.isError ? t('audit.says') : <Proof verify={verify} />}
      actions={
        <>
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
            {t('audit.export')}
          </Button>
          <Button loading={verify.isPending} onClick={() => verify.mutate()}>
            {t('audit.verify')}
          </Button>
        </>
      }
    >
      <AuditFilters search={search} onChange={change} />
      {list.isError ? (
        <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
      ) : list.items.length === 0 && !list.isPending ? (
        <Empty title={t('audit.noneTitle')}>{t('audit.noneHint')}</Empty>
      ) : (
        <div className={styles['split']} data-open={selected !== undefined}>
          <RowTable
            label={t('audit.title')}
            columns={columns}
            items={list.items}
            keyOf={({ seq }) => String(seq)}
            selected={record === undefined ? undefined : String(record)}
            onOpen={({ seq }) => change({ record: seq === record ? undefined : seq })}
            hasMore={list.hasNextPage}
            onMore={() => void (list.isFetchingNextPage ? undefined : list.fetchNextPage())}
          />
          {selected === undefined ? null : <RecordView record={selected} />}
        </div>
      )}
    </Page>
  )
}

function useChange() {
  const navigate = useNavigate()
  return useCallback(
    (changed: AuditSearch) =>
      void navigate({ to: '/audit', search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  )
}

type FiltersOf = { readonly search: AuditSearch; readonly onChange: (changed: AuditSearch) => void }

function AuditFilters({ search, onChange }: FiltersOf) {
  const { t } = useWords()
  const onSubject = useCallback((subject: string | undefined) => onChange({ subject }), [onChange])
  const onActor = useCallback((actor: string | undefined) => onChange({ actor }), [onChange])
  const onExecution = useCallback((execution: string | undefined) => onChange({ execution }), [onChange])
  return (
    <Filters>
      <SearchField isMain label={t('audit.search')} value={search.subject} onSearch={onSubject} />
      <SearchField label={t('audit.actor')} value={search.actor} onSearch={onActor} />
      <SearchField label={t('audit.execution')} value={search.execution} onSearch={onExecution} />
      <Choice
        label={t('audit.action')}
        any={t('audit.anyAction')}
        value={search.action}
        options={actions.map((action) => [action, action] as const)}
        onChoose={(action) => onChange({ action })}
      />
    </Filters>
  )
}

function columnsIn({ t }: Words): readonly Column<TrailRecord>[] {
  return [
    { key: 'seq', head: t('audit.seq'), width: '56px', numeric: true, cell: ({ seq }) => seq },
    { key: 'at', head: t('audit.at'), width: '84px', numeric: true, cell: ({ at }) => <When at={at} /> },
    {
      key: 'action',
      head: t('audit.what'),
      width: 'minmax(110px, 160px)',
      cell: ({ action }) => <code>{action}</code>,
    },
    {
      key: 'who',
      head: t('audit.who'),
      width: 'minmax(100px, 1fr)',
      wide: true,
      cell: ({ actor }) => actorWords(actor),
    },
    {
      key: 'subject',
      head: t('audit.subject'),
      width: 'minmax(100px, 2fr)',
      cell: ({ subject }) => subjectWords(subject),
    },
  ]
}
