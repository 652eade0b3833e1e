/** Who changed a machine, when and what for; and what each change was. */
import { useMemo } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { MachineRevision } from '../../api/generated.ts'
import { useList } from '../../api/list.ts'
import { JsonDifference } from '../../parts/json/difference.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './machines.module.css'
import { authorOf } from './outcomes.ts'

type RevisionsOf = {
  readonly machine: string
  readonly selected: string | undefined
  readonly onSelect: (revision: string) => void
}

export function Revisions({ machine, selected, onSelect }: RevisionsOf) {
  const words = useWords()
  const list = useList('machineRevisions', { params: { machine }, query: { limit: '100' } }, keyOf)
  const columns = useMemo(() => columnsIn(words), [words])
  const shown = selected ?? list.items[0]?.revisionId
  const at = list.items.findIndex(({ revisionId }) => revisionId === shown)
  if (list.isError) return <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
  return (
    <div className={styles['beside']}>
      <RowTable
        label={words.t('machine.tab_revisions')}
        columns={columns}
        {...list.rows}
        selected={shown}
        onOpen={({ revisionId }) => onSelect(revisionId)}
      />
      <section className={`${styles['panel']} ${styles['scrolls']}`} aria-label={words.t('machine.revision')}>
        <Change machine={machine} revision={list.items[at]} before={list.items[at + 1]} />
      </section>
    </div>
  )
}

const keyOf = ({ revisionId }: MachineRevision): string => revisionId

function columnsIn({ t }: Words): readonly Column<MachineRevision>[] {
  return [
    { key: 'number', head: t('machine.revision'), width: '72px', numeric: true, cell: ({ number }) => number },
    {
      key: 'changed',
      head: t('machine.changed'),
      width: '84px',
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
    {
      key: 'by',
      head: t('machine.by'),
      width: 'minmax(80px, 1fr)',
      cell: ({ madeBy }) => authorOf(madeBy) ?? t('machine.unknownAuthor'),
    },
    {
      key: 'summary',
      head: t('machine.summary'),
      width: 'minmax(80px, 2fr)',
      wide: true,
      cell: ({ summary = '' }) => summary,
    },
    {
      key: 'versions',
      head: t('machine.version'),
      width: '72px',
      numeric: true,
      cell: ({ versions }) => versions.join(', '),
    },
  ]
}

type ChangeOf = {
  readonly machine: string
  readonly revision: MachineRevision | undefined
  readonly before: MachineRevision | undefined
}

function Change({ machine, revision, before }: ChangeOf) {
  const { t } = useWords()
  const after = useRevision(machine, revision)
  const earlier = useRevision(machine, before)
  if (revision === undefined) return <p className={styles['quiet']}>{t('machine.chooseRevision')}</p>
  return (
    <>
      <h2>{t('machine.revisionTitle', { number: revision.number })}</h2>
      {revision.summary === undefined ? null : <p>{revision.summary}</p>}
      <p className={styles['quiet']}>
        {before === undefined ? t('machine.firstRevision') : t('machine.againstBefore', { number: before.number })}
      </p>
      {after === undefined || (before !== undefined && earlier === undefined) ? (
        <p>{t('part.loading')}</p>
      ) : (
        <Difference before={earlier ?? '{}'} after={after} />
      )}
    </>
  )
}

function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  const { t } = useWords()
  if (before === after) return <p>{t('machine.onlySettings')}</p>
  return <JsonDifference before={before} after={after} />
}

/** The text of a revision never changes. */
function useRevision(machine: string, revision: MachineRevision | undefined): string | undefined {
  const { revisionId = '' } = revision ?? {}
  const found = useAnswer(
    'machineRevision',
    { params: { machine, revision: revisionId } },
    { enabled: revision !== undefined },
  )
  return found.data?.definition
}
