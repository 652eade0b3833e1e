/** The audit trail: found, looked at, proven, taken away. */
import { Button } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useList } from '../../api/list.ts'
import type { TrailRecord } from '../../api/generated.ts'
import { Command } from '../../parts/command.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './audit.module.css'
import { AuditFilters } from './filters.tsx'
import { Proof, useExport, useVerify } from './proof.tsx'
import { RecordView } from './record.tsx'
import { actorWords, subjectInShort, subjectWords } from './words-of.ts'
import { type AuditSearch, auditSearch } from './search.ts'

export function AuditPage() {
  const words = useWords()
  const { t } = words
  const { record, ...search } = useSearch({ from: '/frame/audit' })
  const { from: since, to: until, ...asked } = search
  const change = useChange()
  const list = useList('trailRead', { query: { ...asked, since, until, limit: '100' } }, ({ seq }) => String(seq))
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
      {save.isError ? <ProblemBox error={save.error} /> : null}
      {save.isSuccess ? (
        <div className={styles['exported']} role="status">
          <span>{t('audit.exported')}</span>
          <Command text="holdfast audit verify --file holdfast-trail.jsonl" />
        </div>
      ) : null}
      {list.isError ? (
        <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
      ) : list.items.length === 0 && !list.isPending && !list.rows.hasMore ? (
        <Empty title={t('audit.noneTitle')}>{t('audit.noneHint')}</Empty>
      ) : (
        <div className={styles['split']} data-open={selected !== undefined}>
          <RowTable
            label={t('audit.title')}
            columns={columns}
            key={list.id}
            {...list.rows}
            newestFirst
            selected={record === undefined ? undefined : String(record)}
            onOpen={({ seq }) => change({ record: seq === record ? undefined : seq })}
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
      void navigate({ to: '/audit', search: (before) => auditSearch({ ...before, ...changed }), replace: true }),
    [navigate],
  )
}

function columnsIn({ t }: Words): readonly Column<TrailRecord>[] {
  return [
    { key: 'seq', head: t('audit.seq'), width: '56px', wide: true, numeric: true, cell: ({ seq }) => seq },
    { key: 'at', head: t('audit.at'), width: '76px', numeric: true, cell: ({ at }) => <When at={at} /> },
    {
      key: 'action',
      head: t('audit.what'),
      width: 'minmax(100px, 160px)',
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
      cell: ({ subject }) => (
        <>
          <span className={styles['roomy']}>{subjectWords(subject)}</span>
          <span className={styles['tight']}>{subjectInShort(subject)}</span>
        </>
      ),
    },
  ]
}
