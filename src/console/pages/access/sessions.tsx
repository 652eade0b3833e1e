/** Who is signed in to the console, and where. */
import { useSearch } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Session } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { Id } from '../../parts/id.tsx'
import { matching } from '../../parts/matching.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { useGo } from './use-go.ts'
import { browserOf } from './standing.ts'

export function Sessions({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one, find } = useSearch({ from: '/frame/access' })
  const onFind = useCallback((typed: string | undefined) => go({ find: typed }), [go])
  const sessions = useAnswer('sessionList', {})
  const items = sessions.data?.items ?? []
  const shown = items.find(({ id }) => id === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>
        {choice}
        <SearchField isMain label={t('part.find')} value={find} onSearch={onFind} />
      </Filters>
      {sessions.isError ? (
        <ProblemBox error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : items.length === 0 && sessions.isSuccess ? (
        <Empty title={t('access.noSessions')} commands={['holdfast console']}>
          {t('access.noSessionsHint')}
        </Empty>
      ) : (
        <RowTable
          label={t('access.sessions')}
          columns={columns}
          items={matching(items, find, textOf)}
          keyOf={({ id }) => id}
          onOpen={({ id }) => go({ one: id })}
        />
      )}
      {shown === undefined ? null : <SessionDetails session={shown} onClose={() => go({ one: undefined })} />}
    </>
  )
}

const textOf = ({ holder, userAgent }: Session): string => `${holder.name} ${browserOf(userAgent) ?? ''}`

function columnsIn({ t }: Words): readonly Column<Session>[] {
  return [
    {
      key: 'who',
      head: t('access.whose'),
      width: 'minmax(100px, 1fr)',
      cell: ({ holder, isCurrent }) =>
        isCurrent ? <State tone="done" word={`${holder.name} · ${t('access.thisOne')}`} /> : holder.name,
    },
    {
      key: 'browser',
      head: t('access.browser'),
      width: 'minmax(100px, 1fr)',
      cell: ({ userAgent }) => browserOf(userAgent) ?? t('access.unknownBrowser'),
    },
    {
      key: 'since',
      head: t('access.signedIn'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
    {
      key: 'used',
      head: t('access.used'),
      width: '84px',
      numeric: true,
      cell: ({ lastUsedAt, createdAt }) => <When at={lastUsedAt ?? createdAt} />,
    },
    {
      key: 'until',
      head: t('access.until'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ expiresAt }) => <When at={expiresAt} />,
    },
  ]
}

function SessionDetails({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const { t } = useWords()
  const end = useAct('sessionRevoke', ['session'])
  const { id, holder, createdAt, expiresAt, lastUsedAt, userAgent, isCurrent } = session
  return (
    <Details
      title={t('access.sessionOf', { name: holder.name })}
      onClose={onClose}
      facts={[
        ['ID', <Id key="id" value={id} />],
        [t('access.browser'), userAgent ?? t('access.unknownBrowser')],
        [t('access.signedIn'), <Moment key="since" at={createdAt} />],
        [t('access.used'), <Moment key="used" at={lastUsedAt ?? createdAt} />],
        [t('access.until'), <Moment key="until" at={expiresAt} />],
      ]}
      act={{
        words: t('access.end'),
        consequence: t(
          isCurrent ? 'access.endMine' : holder.id.startsWith('per_') ? 'access.endPerson' : 'access.endToken',
          { name: holder.name },
        ),
        isDangerous: true,
        isPending: end.isPending,
        error: end.error,
        onAct: () => end.mutate({ params: { id } }, { onSuccess: onClose }),
      }}
    />
  )
}
