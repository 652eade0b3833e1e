/** Where one is signed in: ended one by one, or all but this one. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Session } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { Id } from '../../parts/id.tsx'
import { Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { browserOf } from '../access/standing.ts'

export function OwnSessions() {
  const words = useWords()
  const { t } = words
  const [shown, setShown] = useState<string>()
  const sessions = useAnswer('ownSessionList', {})
  const items = sessions.data?.items ?? []
  const one = items.find(({ id }) => id === shown)
  return (
    <Section title={t('account.sessions')} aside={items.length > 1 ? <EndOthers /> : undefined}>
      {sessions.isError ? (
        <ProblemBox error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : (
        <RowTable
          label={t('account.sessions')}
          columns={columnsIn(words)}
          items={items}
          keyOf={({ id }) => id}
          onOpen={({ id }) => setShown(id)}
        />
      )}
      {one === undefined ? null : <OwnSession session={one} onClose={() => setShown(undefined)} />}
    </Section>
  )
}

function columnsIn({ t }: Words): readonly Column<Session>[] {
  return [
    {
      key: 'browser',
      head: t('account.browser'),
      width: 'minmax(140px, 2fr)',
      cell: ({ userAgent, isCurrent }) => {
        const browser = browserOf(userAgent) ?? t('account.unknownBrowser')
        return isCurrent ? <State tone="done" word={`${browser} · ${t('account.thisOne')}`} /> : browser
      },
    },
    {
      key: 'since',
      head: t('account.signedIn'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
    {
      key: 'used',
      head: t('account.used'),
      width: '96px',
      numeric: true,
      cell: ({ lastUsedAt, createdAt }) => <When at={lastUsedAt ?? createdAt} />,
    },
    {
      key: 'until',
      head: t('account.until'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ expiresAt }) => <When at={expiresAt} />,
    },
  ]
}

function EndOthers() {
  const { t } = useWords()
  const [isAsking, setAsking] = useState(false)
  const end = useAct('ownSessionEndOthers', ['sessions'])
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('account.endOthers')}
      </Button>
      {isAsking ? (
        <Details
          title={t('account.endOthers')}
          facts={[]}
          onClose={() => setAsking(false)}
          act={{
            words: t('account.endOthers'),
            consequence: t('account.endOthersMeans'),
            isDangerous: true,
            isPending: end.isPending,
            error: end.error,
            onAct: () => end.mutate({}, { onSuccess: () => setAsking(false) }),
          }}
        />
      ) : null}
    </>
  )
}

function OwnSession({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const { t } = useWords()
  const end = useAct('ownSessionEnd', ['sessions'])
  const { id, createdAt, expiresAt, lastUsedAt, userAgent, isCurrent } = session
  return (
    <Details
      title={browserOf(userAgent) ?? t('account.unknownBrowser')}
      status={isCurrent ? <State tone="done" word={t('account.thisOne')} /> : undefined}
      onClose={onClose}
      facts={[
        ['ID', <Id key="id" value={id} />],
        [t('account.browser'), userAgent ?? t('account.unknownBrowser')],
        [t('account.signedIn'), <Moment key="since" at={createdAt} />],
        [t('account.used'), <Moment key="used" at={lastUsedAt ?? createdAt} />],
        [t('account.until'), <Moment key="until" at={expiresAt} />],
      ]}
      act={{
        words: t(isCurrent ? 'shell.signOut' : 'account.endSession'),
        consequence: t(isCurrent ? 'account.endThisMeans' : 'account.endSessionMeans'),
        isDangerous: true,
        isPending: end.isPending,
        error: end.error,
        onAct: () => end.mutate({ params: { id } }, { onSuccess: onClose }),
      }}
    />
  )
}
