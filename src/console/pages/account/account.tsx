/** Who one is here: what one may do, one's own passkeys and tokens, where one is signed in, and signing out. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { SignedIn, Token } from '../../api/generated.ts'
import { useNow } from '../../parts/clock.tsx'
import { Details } from '../../parts/details.tsx'
import { Empty } from '../../parts/empty.tsx'
import { grantText } from '../../parts/grant.ts'
import { Id } from '../../parts/id.tsx'
import { NewSecret, RenewedDialog, useRenewal } from '../../parts/new-secret.tsx'
import { Facts, Page, Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useSignOut } from '../../shell/session.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { standingOf } from '../access/standing.ts'
import { NewOwnTokenDialog } from './new-token.tsx'
import { OwnSessions } from './own-sessions.tsx'
import { OwnPasskeys } from './passkeys.tsx'

export function AccountPage() {
  const { t } = useWords()
  const signOut = useSignOut()
  const session = useAnswer('sessionDescribe', {})
  const { data } = session
  const name = t('account.title')
  if (data === undefined) {
    return (
      <Page name={name} title={name}>
        {session.isError ? <ProblemBox error={session.error} onRetry={() => void session.refetch()} /> : null}
      </Page>
    )
  }
  const { actor, grants, canSignOut } = data
  return (
    <Page
      name={name}
      title={actor.name ?? actor.id}
      status={t(isPerson(data) ? 'account.saysPerson' : 'account.saysToken')}
      actions={
        canSignOut ? (
          <Button variant="default" onClick={() => void signOut()}>
            {t('shell.signOut')}
          </Button>
        ) : undefined
      }
    >
      <Facts
        facts={[
          ['ID', <Id key="id" value={actor.id} />],
          [t('account.may'), grants.length === 0 ? t('account.mayNothing') : grants.map(grantText).join(', ')],
        ]}
      />
      {isPerson(data) && canSignOut ? <OwnPasskeys /> : null}
      {isPerson(data) ? <OwnTokens session={data} /> : null}
      {canSignOut ? <OwnSessions /> : null}
    </Page>
  )
}

const isPerson = ({ actor }: SignedIn): boolean => actor.id.startsWith('per_')

function OwnTokens({ session }: { readonly session: SignedIn }) {
  const words = useWords()
  const { t } = words
  const [isMaking, setMaking] = useState(false)
  const [shown, setShown] = useState<string>()
  const tokens = useAnswer('ownTokenList', {})
  const items = (tokens.data?.items ?? []).filter(({ state }) => state === 'good').toReversed()
  const one = items.find(({ id }) => id === shown)
  return (
    <Section title={t('account.tokens')} aside={<Button onClick={() => setMaking(true)}>{t('account.make')}</Button>}>
      {tokens.isError ? (
        <ProblemBox error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : items.length === 0 && tokens.isSuccess ? (
        <Empty title={t('account.noTokens')}>{t('account.noTokensHint')}</Empty>
      ) : (
        <RowTable
          label={t('account.tokens')}
          columns={columnsIn(words)}
          items={items}
          keyOf={({ id }) => id}
          onOpen={({ id }) => setShown(id)}
        />
      )}
      {isMaking ? <NewOwnTokenDialog session={session} onClose={() => setMaking(false)} /> : null}
      {one === undefined ? null : (
        <OwnToken token={one} isMine={one.actor.id === session.actor.id} onClose={() => setShown(undefined)} />
      )}
    </Section>
  )
}

function columnsIn({ t }: Words): readonly Column<Token>[] {
  return [
    { key: 'name', head: t('account.name'), width: 'minmax(110px, 2fr)', cell: ({ name }) => name },
    {
      key: 'may',
      head: t('account.may'),
      width: 'minmax(120px, 2fr)',
      wide: true,
      cell: ({ grants }) => grants?.map(grantText).join(', '),
    },
    {
      key: 'used',
      head: t('account.used'),
      width: '96px',
      numeric: true,
      cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? t('part.never') : <When at={lastUsedAt} />),
    },
    {
      key: 'until',
      head: t('account.until'),
      width: '96px',
      numeric: true,
      cell: ({ expiresAt }) => (expiresAt === undefined ? t('account.noEnd') : <When at={expiresAt} />),
    },
  ]
}

type OwnToken = {
  readonly token: Token
  /** One is signed in by it. */
  readonly isMine: boolean
  readonly onClose: () => void
}

function OwnToken({ token, isMine, onClose }: OwnToken) {
  const { t } = useWords()
  const revoke = useAct('ownTokenRevoke', ['tokens'])
  const renewal = useRenewal('ownTokenRotate')
  const { id, name, grants = [], createdAt, lastUsedAt, expiresAt } = token
  const { tone, says } = standingOf(token, useNow())
  if (renewal.data !== undefined) return <RenewedDialog name={name} renewed={renewal.data} onClose={onClose} />
  return (
    <Details
      title={name}
      status={<State tone={tone} word={t(says === 'soon' ? 'account.soon' : 'account.good')} />}
      // The answer to the button has a secret in it, which is shown once.
      onClose={() => (renewal.isPending ? undefined : onClose())}
      facts={[
        ['ID', <Id key="id" value={id} />],
        [t('account.may'), grants.map(grantText).join(', ')],
        [t('account.made'), <Moment key="made" at={createdAt} />],
        [t('account.used'), lastUsedAt === undefined ? t('part.never') : <Moment key="used" at={lastUsedAt} />],
        [t('account.until'), expiresAt === undefined ? t('account.noEnd') : <Moment key="until" at={expiresAt} />],
      ]}
      act={{
        words: t('account.revoke'),
        consequence: t('account.revokeMeans'),
        isDangerous: true,
        isPending: revoke.isPending,
        error: revoke.error,
        onAct: () => revoke.mutate({ params: { id } }, { onSuccess: onClose }),
      }}
    >
      <NewSecret id={id} isMine={isMine} renewal={renewal} />
    </Details>
  )
}
