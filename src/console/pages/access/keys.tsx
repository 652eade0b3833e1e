/** Whose signatures on releases are accepted. */
import { Modal, Textarea, TextInput } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { ListedKey } from '../../api/generated.ts'
import { Acting, Details } from '../../parts/details.tsx'
import details from '../../parts/details.module.css'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { Id } from '../../parts/id.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import styles from './access.module.css'
import { useGo } from './use-go.ts'

/** `choice`: between the lists; in one line with what belongs to this one. */
export function Keys({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one } = useSearch({ from: '/frame/access' })
  const [isAdding, setAdding] = useState(false)
  const keys = useAnswer('keyList', {})
  const items = keys.data?.items.toReversed() ?? []
  const shown = items.find(({ id }) => id === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>
        {choice}
        <span className={styles['spring']} />
        <MayButton needs={{ verb: 'key.add' }} onClick={() => setAdding(true)}>
          {t('access.addKey')}
        </MayButton>
      </Filters>
      {keys.isError ? (
        <ProblemBox error={keys.error} onRetry={() => void keys.refetch()} />
      ) : items.length === 0 && keys.isSuccess ? (
        <Empty title={t('access.noKeys')} commands={['holdfast keys add ci.pem --name ci']}>
          {t('access.noKeysHint')}
        </Empty>
      ) : (
        <RowTable
          label={t('access.keys')}
          columns={columns}
          items={items}
          keyOf={({ id }) => id}
          glowOn={({ revokedAt }) => String(revokedAt)}
          onOpen={({ id }) => go({ one: id })}
        />
      )}
      {isAdding ? <NewKey onClose={() => setAdding(false)} /> : null}
      {shown === undefined ? null : <KeyDetails shown={shown} onClose={() => go({ one: undefined })} />}
    </>
  )
}

function columnsIn({ t }: Words): readonly Column<ListedKey>[] {
  return [
    { key: 'state', head: t('access.state'), width: '112px', cell: (key) => <Standing shown={key} /> },
    { key: 'name', head: t('access.name'), width: 'minmax(100px, 1fr)', cell: ({ name }) => name },
    { key: 'id', head: t('access.key'), width: '140px', wide: true, cell: ({ id }) => <code>{id}</code> },
    {
      key: 'signed',
      head: t('access.signedLast'),
      width: 'minmax(110px, 2fr)',
      cell: ({ lastRelease }) => (lastRelease === null ? t('access.signedNothing') : placeOf(lastRelease)),
    },
    {
      key: 'count',
      head: t('access.releases'),
      width: '72px',
      wide: true,
      numeric: true,
      cell: ({ releases }) => releases,
    },
    {
      key: 'when',
      head: t('access.signedAt'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ lastRelease }) => (lastRelease === null ? '' : <When at={lastRelease.acceptedAt} />),
    },
    {
      key: 'added',
      head: t('access.added'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
  ]
}

function Standing({ shown }: { readonly shown: ListedKey }) {
  const { t } = useWords()
  const isGood = shown.revokedAt === null
  return <State tone={isGood ? 'done' : 'halted'} word={t(isGood ? 'access.accepted' : 'access.token_revoked')} />
}

function KeyDetails({ shown, onClose }: { readonly shown: ListedKey; readonly onClose: () => void }) {
  const { t } = useWords()
  const revoke = useAct('keyRevoke')
  const { id, name, publicKey, createdAt, revokedAt, releases, lastRelease } = shown
  return (
    <Details
      title={name}
      status={<Standing shown={shown} />}
      onClose={onClose}
      facts={[
        [t('access.key'), <Id key="id" value={id} />],
        [t('access.added'), <Moment key="added" at={createdAt} />],
        ...(revokedAt === null ? [] : [[t('access.revokedAt'), <Moment key="revoked" at={revokedAt} />] as const]),
        [t('access.releases'), releases],
        ...(lastRelease === null
          ? []
          : [
              [
                t('access.signedLast'),
                <span key="last">
                  <Link to="/deploys" search={{ place: placeOf(lastRelease) }}>
                    {placeOf(lastRelease)}
                  </Link>{' '}
                  <code>{lastRelease.id}</code> <When at={lastRelease.acceptedAt} />
                </span>,
              ] as const,
            ]),
      ]}
      act={
        revokedAt !== null
          ? undefined
          : {
              words: t('access.revoke'),
              consequence: t('access.revokeKey'),
              isDangerous: true,
              needs: { verb: 'key.revoke' },
              isPending: revoke.isPending,
              error: revoke.error,
              onAct: () => revoke.mutate({ params: { id } }, { onSuccess: onClose }),
            }
      }
    >
      <pre className={styles['pem']}>{publicKey.trim()}</pre>
    </Details>
  )
}

function NewKey({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const add = useAct('keyAdd')
  const [name, setName] = useState('')
  const [publicKey, setPublicKey] = useState('')
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('access.addKey')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('part.close') }}
    >
      <div className={details['details']}>
        <TextInput
          data-autofocus
          label={t('access.keyName')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          size="xs"
          rows={4}
          label={t('access.publicKey')}
          description={t('access.publicKeyHint')}
          placeholder="-----BEGIN PUBLIC KEY-----"
          spellCheck={false}
          value={publicKey}
          onChange={(event) => setPublicKey(event.currentTarget.value)}
        />
        <Acting
          onClose={onClose}
          act={{
            words: t('access.addKey'),
            consequence: t('access.addKeyMeans'),
            isReady: name.trim() !== '' && publicKey.trim() !== '',
            isPending: add.isPending,
            error: add.error,
            onAct: () =>
              add.mutate({ body: { name: name.trim(), publicKey: publicKey.trim() } }, { onSuccess: onClose }),
          }}
        />
      </div>
    </Modal>
  )
}
