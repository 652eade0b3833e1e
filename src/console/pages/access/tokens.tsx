/** What programs, and people at a command line, prove themselves with. */
import { Button } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Token } from '../../api/generated.ts'
import { useNow } from '../../parts/clock.tsx'
import { Details } from '../../parts/details.tsx'
import { Filters } from '../../parts/filters.tsx'
import { grantText } from '../../parts/grant.ts'
import { Id } from '../../parts/id.tsx'
import { matching } from '../../parts/matching.ts'
import { NewSecret, RenewedDialog, useRenewal } from '../../parts/new-secret.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { State } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { useGo } from './use-go.ts'
import styles from './access.module.css'
import { NewTokenDialog } from './new-token.tsx'
import { isOfFolder, standingOf } from './standing.ts'

/** `choice`: between the lists; in one line with what belongs to this one. */
export function Tokens({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one, all = false, find } = useSearch({ from: '/frame/access' })
  const onFind = useCallback((typed: string | undefined) => go({ find: typed }), [go])
  const [isMaking, setMaking] = useState(false)
  const tokens = useAnswer('tokenList', {})
  const items = (tokens.data?.items ?? []).filter(({ state }) => all || state === 'good').toReversed()
  const shown = tokens.data?.items.find(({ id }) => id === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>
        {choice}
        <Switch
          label={t('access.which')}
          value={all ? 'all' : 'good'}
          options={[
            ['good', t('access.onlyGood')],
            ['all', t('access.all')],
          ]}
          onChoose={(which) => go({ all: which === 'all' ? true : undefined })}
        />
        <SearchField isMain label={t('part.find')} value={find} onSearch={onFind} />
        <span className={styles['spring']} />
        <Button onClick={() => setMaking(true)}>{t('access.makeToken')}</Button>
      </Filters>
      {tokens.isError ? (
        <ProblemBox error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : (
        <RowTable
          label={t('access.tokens')}
          columns={columns}
          items={matching(items, find, (token) => [token.name, mayOf(token, t), makerOf(token, t)].join(' '))}
          keyOf={({ id }) => id}
          glowOn={({ state }) => state}
          onOpen={({ id }) => go({ one: id })}
        />
      )}
      {isMaking ? <NewTokenDialog onClose={() => setMaking(false)} /> : null}
      {shown === undefined ? null : <TokenDetails token={shown} onClose={() => go({ one: undefined })} />}
    </>
  )
}

function columnsIn({ t }: Words): readonly Column<Token>[] {
  return [
    { key: 'state', head: t('access.state'), width: '120px', cell: (token) => <Standing token={token} /> },
    { key: 'name', head: t('access.name'), width: 'minmax(110px, 2fr)', cell: ({ name }) => name },
    { key: 'may', head: t('access.may'), width: 'minmax(120px, 1.4fr)', wide: true, cell: (token) => mayOf(token, t) },
    {
      key: 'made',
      head: t('access.made'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
    { key: 'by', head: t('access.madeBy'), width: 'minmax(80px, 1fr)', wide: true, cell: (token) => makerOf(token, t) },
    {
      key: 'used',
      head: t('access.used'),
      width: '84px',
      numeric: true,
      cell: ({ lastUsedAt }) => used(lastUsedAt, t),
    },
    {
      key: 'until',
      head: t('access.until'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ expiresAt }) => (expiresAt === undefined ? t('access.noEnd') : <When at={expiresAt} />),
    },
  ]
}

const makerOf = ({ madeBy }: Token, t: Words['t']): string =>
  madeBy === undefined ? t('access.unknownMaker') : madeBy.type === 'system' ? 'Holdfast' : (madeBy.name ?? madeBy.id)

const handOf = ({ id, name }: { readonly id: string; readonly name: string }, t: Words['t']): string =>
  id === 'owner' ? t('access.ownerHand') : id === 'unknown' ? t('access.unknownMaker') : name

const makerFacts = (token: Token, t: Words['t']): (readonly [string, string])[] => {
  const { oneWith = [] } = token
  const made = [t('access.madeBy'), makerOf(token, t)] as const
  return oneWith.length === 0
    ? [made]
    : [made, [t('access.oneWith'), oneWith.map((hand) => handOf(hand, t)).join(', ')] as const]
}

const used = (at: string | undefined, t: Words['t']) => (at === undefined ? t('part.never') : <When at={at} />)

const mayOf = ({ grants, actor }: Token, t: Words['t']): string =>
  grants === undefined ? t('access.mayWork', { host: actor.id }) : grants.map(grantText).join(', ')

function Standing({ token }: { readonly token: Token }) {
  const { t } = useWords()
  const { tone, says } = standingOf(token, useNow())
  return <State tone={tone} word={t(`access.token_${says}`)} />
}

function Trail({ id }: { readonly id: string }) {
  const { t } = useWords()
  return (
    <>
      <Link to="/audit" search={{ actor: id }}>
        {t('access.whatItDid')}
      </Link>
      {' · '}
      <Link to="/audit" search={{ subject: id }}>
        {t('access.whoMadeIt')}
      </Link>
    </>
  )
}

function TokenDetails({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const { t } = useWords()
  const session = useAnswer('sessionDescribe', {})
  const revoke = useAct('tokenRevoke', ['sessions'])
  const renewal = useRenewal('tokenRotate')
  const { id, name, state, actor, createdAt, lastUsedAt, expiresAt, revokedAt } = token
  const isMine = session.data?.actor.id === actor.id
  const isLocal = isOfFolder(token)
  // That of a host is kept by its agent, that of the machine in a file.
  const isRenewable = state === 'good' && actor.type === 'user' && !isLocal
  const consequence = actor.type === 'machine' ? 'ofHost' : isMine ? 'ofMine' : isLocal ? 'ofLocal' : 'ofOther'
  if (renewal.data !== undefined) return <RenewedDialog name={name} renewed={renewal.data} onClose={onClose} />
  return (
    <Details
      title={name}
      status={<Standing token={token} />}
      // The answer to the button has a secret in it, which is shown once.
      onClose={() => (renewal.isPending ? undefined : onClose())}
      facts={[
        ['ID', <Id key="id" value={id} />],
        [
          t('access.standsFor'),
          actor.type === 'machine' ? (
            <Link key="host" to="/hosts/$host" params={{ host: actor.id }}>
              {actor.id}
            </Link>
          ) : (
            t('access.itself')
          ),
        ],
        [t('access.may'), mayOf(token, t)],
        [t('access.made'), <Moment key="made" at={createdAt} />],
        ...makerFacts(token, t),
        [t('access.used'), lastUsedAt === undefined ? t('part.never') : <Moment key="used" at={lastUsedAt} />],
        [t('access.until'), expiresAt === undefined ? t('access.noEndLong') : <Moment key="until" at={expiresAt} />],
        ...(revokedAt === undefined ? [] : [[t('access.revokedAt'), <Moment key="revoked" at={revokedAt} />] as const]),
        [t('access.trail'), <Trail key="trail" id={id} />],
      ]}
      act={
        state === 'revoked'
          ? undefined
          : {
              words: t('access.revoke'),
              consequence: t(`access.revoke_${consequence}`),
              isDangerous: true,
              isPending: revoke.isPending,
              error: revoke.error,
              onAct: () => revoke.mutate({ params: { id } }, { onSuccess: onClose }),
            }
      }
    >
      {isRenewable && session.data !== undefined ? <NewSecret id={id} isMine={isMine} renewal={renewal} /> : null}
    </Details>
  )
}
