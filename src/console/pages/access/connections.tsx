/** How HTTP tasks prove who they are, and to whom; their secrets are never shown. */
import { useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Connection } from '../../api/generated.ts'
import { Command } from '../../parts/command.tsx'
import { Details } from '../../parts/details.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { useGo } from './use-go.ts'

const example = 'holdfast connections add shop --host api.shop.example --basic ada --secret-env SHOP_PASSWORD'

export function Connections({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one } = useSearch({ from: '/frame/access' })
  const connections = useAnswer('connectionList', {})
  const items = connections.data?.items ?? []
  const shown = items.find(({ name }) => name === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      {choice}
      {connections.isError ? (
        <ProblemBox error={connections.error} onRetry={() => void connections.refetch()} />
      ) : items.length === 0 && connections.isSuccess ? (
        <Empty title={t('access.noConnections')} commands={[example]}>
          {t('access.noConnectionsHint')}
        </Empty>
      ) : (
        <>
          <RowTable
            label={t('access.connections')}
            columns={columns}
            items={items}
            keyOf={({ name }) => name}
            onOpen={({ name }) => go({ one: name })}
          />
          <Command text={example} />
        </>
      )}
      {shown === undefined ? null : <ConnectionDetails connection={shown} onClose={() => go({ one: undefined })} />}
    </>
  )
}

function columnsIn({ t }: Words): readonly Column<Connection>[] {
  return [
    { key: 'name', head: t('access.name'), width: 'minmax(90px, 1fr)', cell: ({ name }) => name },
    { key: 'kind', head: t('access.kind'), width: '132px', wide: true, cell: ({ kind }) => t(`access.kind_${kind}`) },
    {
      key: 'hosts',
      head: t('access.onlyTo'),
      width: 'minmax(110px, 2fr)',
      cell: ({ allowedHosts }) => allowedHosts.join(', '),
    },
    { key: 'from', head: t('access.from'), width: '130px', wide: true, cell: ({ from }) => t(`access.from_${from}`) },
    {
      key: 'changed',
      head: t('access.changed'),
      width: '84px',
      numeric: true,
      cell: ({ changedAt }) => (changedAt === undefined ? '' : <When at={changedAt} />),
    },
  ]
}

function ConnectionDetails({ connection, onClose }: { readonly connection: Connection; readonly onClose: () => void }) {
  const { t } = useWords()
  const remove = useAct('connectionRemove')
  const { name, kind, allowedHosts, from, changedAt } = connection
  return (
    <Details
      title={name}
      onClose={onClose}
      facts={[
        [t('access.kind'), t(`access.kind_${kind}`)],
        [t('access.onlyTo'), allowedHosts.join(', ')],
        [t('access.from'), t(`access.from_${from}`)],
        ...(changedAt === undefined ? [] : [[t('access.changed'), <Moment key="changed" at={changedAt} />] as const]),
      ]}
      act={
        from !== 'api'
          ? undefined
          : {
              words: t('access.remove'),
              consequence: t('access.removeConnection'),
              isDangerous: true,
              isPending: remove.isPending,
              error: remove.error,
              onAct: () => remove.mutate({ params: { name } }, { onSuccess: onClose }),
            }
      }
    />
  )
}
