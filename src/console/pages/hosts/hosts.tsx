/** The machines that run what is deployed: who is there, who is away, and how full each is. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Host } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { matching } from '../../parts/matching.ts'
import { MayButton } from '../../parts/may-button.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { EnrolDialog } from './enrol.tsx'
import { fullness, isGone, mostUrgentFirst, percentWords, sizeWords, standingOf } from './standing.ts'

/** Its agent tells how it is without leaving a record. */
const everyMs = 3000

export function HostsPage() {
  const words = useWords()
  const { t } = words
  const navigate = useNavigate()
  const { find } = useSearch({ from: '/frame/hosts' })
  const onFind = useCallback(
    (typed: string | undefined) =>
      void navigate({ to: '/hosts', search: typed === undefined ? {} : { find: typed }, replace: true }),
    [navigate],
  )
  const [isEnrolling, setEnrolling] = useState(false)
  const hosts = useAnswer('hostList', {}, { everyMs })
  const items = useMemo(() => mostUrgentFirst(hosts.data?.items ?? []), [hosts.data])
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <Page
      fill
      name={t('host.title')}
      title={t('host.title')}
      status={hosts.isSuccess ? <Answer hosts={items} /> : t('host.asking')}
      actions={
        <MayButton needs={{ verb: 'host.enrol' }} onClick={() => setEnrolling(true)}>
          {t('host.enrol')}
        </MayButton>
      }
    >
      {hosts.isError ? (
        <ProblemBox error={hosts.error} onRetry={() => void hosts.refetch()} />
      ) : items.length === 0 && hosts.isSuccess ? (
        <Empty title={t('host.none')} commands={['holdfast host', 'holdfast hosts add tokyo-2 --zone tokyo']}>
          {t('host.noneHint')}
        </Empty>
      ) : (
        <>
          <Filters>
            <SearchField isMain label={t('part.find')} value={find} onSearch={onFind} />
          </Filters>
          <RowTable
            label={t('host.title')}
            columns={columns}
            items={matching(items, find, textIn(words))}
            keyOf={({ id }) => id}
            glowOn={({ state }) => state}
            onOpen={({ name }) => void navigate({ to: '/hosts/$host', params: { host: name } })}
          />
        </>
      )}
      {isEnrolling ? <EnrolDialog onClose={() => setEnrolling(false)} /> : null}
    </Page>
  )
}

/** What a host is found by: what its row says. */
const textIn =
  ({ t }: Words) =>
  (host: Host): string =>
    [host.name, host.zone, host.edge?.url ?? '', t(`host.says_${standingOf(host).says}`)].join(' ')

/** The first line: is everybody there? */
function Answer({ hosts }: { readonly hosts: readonly Host[] }) {
  const { t } = useWords()
  const away = hosts.filter(isGone)
  const [first] = away
  if (hosts.length === 0) return t('host.none')
  if (first !== undefined) {
    return <State tone="failed" strong word={t('host.away', { count: away.length, name: first.name })} />
  }
  return <State tone="done" word={t('host.allThere', { count: hosts.length })} />
}

function columnsIn({ t, language }: Words): readonly Column<Host>[] {
  return [
    {
      key: 'state',
      head: t('host.state'),
      width: '148px',
      cell: (host) => {
        const { tone, says } = standingOf(host)
        return <State tone={tone} word={t(`host.says_${says}`)} />
      },
    },
    { key: 'name', head: t('host.name'), width: 'minmax(90px, 1fr)', cell: ({ name }) => name },
    { key: 'zone', head: t('host.zone'), width: 'minmax(70px, 0.6fr)', wide: true, cell: ({ zone }) => zone },
    {
      key: 'edge',
      head: t('host.edge'),
      width: 'minmax(120px, 1.2fr)',
      wide: true,
      cell: ({ edge }) => edge?.url ?? t('host.noEdge'),
    },
    {
      key: 'instances',
      head: t('host.instances'),
      width: '76px',
      numeric: true,
      cell: ({ facts }) => facts?.instances,
    },
    ...capacityColumns({ t, language }),
    {
      key: 'seen',
      head: t('host.seen'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ lastSeenAt }) => (lastSeenAt === undefined ? t('part.never') : <When at={lastSeenAt} />),
    },
  ]
}

/** How full each is, as it last told. */
function capacityColumns({ t, language }: Pick<Words, 't' | 'language'>): readonly Column<Host>[] {
  return [
    {
      key: 'load',
      head: t('host.load'),
      width: '92px',
      wide: true,
      numeric: true,
      cell: ({ facts }) =>
        facts === undefined ? '' : t('host.loadOf', { load: facts.load.toFixed(1), cpus: facts.cpus }),
    },
    {
      key: 'memory',
      head: t('host.memoryFree'),
      width: '100px',
      wide: true,
      numeric: true,
      cell: ({ facts }) => (facts === undefined ? '' : sizeWords(facts.memoryBytes.available)),
    },
    {
      key: 'disk',
      head: t('host.diskUsed'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ facts }) => (facts === undefined ? '' : percentWords(usedOf(facts.diskBytes), language)),
    },
  ]
}

const usedOf = ({ total, available }: { readonly total: number; readonly available: number }): number =>
  fullness(total - available, total).share
