/** Passkeys of one's own: added, named and removed. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Passkey } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { PasskeyRefusal, wordsOf } from '../passkey/refusal.tsx'
import { takesPasskeys, WherePasskeys } from '../passkey/where.tsx'
import { NewPasskeyDialog } from './new-passkey.tsx'
import styles from './account.module.css'

export function OwnPasskeys() {
  const words = useWords()
  const { t } = words
  const [isAdding, setAdding] = useState(false)
  const [shown, setShown] = useState<string>()
  const passkeys = useAnswer('ownPasskeyList', {})
  const items = passkeys.data?.items ?? []
  const one = items.find(({ id }) => id === shown)
  const add = takesPasskeys() ? (
    <Button variant="default" onClick={() => setAdding(true)}>
      {t('account.addPasskey')}
    </Button>
  ) : undefined
  return (
    <Section title={t('account.passkeys')} aside={add}>
      <WherePasskeys />
      {passkeys.isError ? (
        <ProblemBox error={passkeys.error} onRetry={() => void passkeys.refetch()} />
      ) : items.length === 0 && passkeys.isSuccess ? (
        <Empty title={t('account.noPasskeys')}>{t('account.noPasskeysHint')}</Empty>
      ) : (
        <RowTable
          label={t('account.passkeys')}
          columns={columnsIn(words)}
          items={items}
          keyOf={({ id }) => id}
          onOpen={({ id }) => setShown(id)}
        />
      )}
      {isAdding ? <NewPasskeyDialog onClose={() => setAdding(false)} /> : null}
      {one === undefined ? null : <OwnPasskey key={one.id} passkey={one} onClose={() => setShown(undefined)} />}
    </Section>
  )
}

function columnsIn({ t }: Words): readonly Column<Passkey>[] {
  return [
    { key: 'name', head: t('account.name'), width: 'minmax(110px, 2fr)', cell: ({ name }) => name },
    {
      key: 'address',
      head: t('account.passkeyFor'),
      width: 'minmax(120px, 2fr)',
      wide: true,
      cell: ({ address }) => address,
    },
    {
      key: 'used',
      head: t('account.used'),
      width: '96px',
      numeric: true,
      cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? t('part.never') : <When at={lastUsedAt} />),
    },
    {
      key: 'made',
      head: t('account.made'),
      width: '96px',
      numeric: true,
      cell: ({ createdAt }) => <When at={createdAt} />,
    },
  ]
}

function OwnPasskey({ passkey, onClose }: { readonly passkey: Passkey; readonly onClose: () => void }) {
  const { t } = useWords()
  const remove = useAct('ownPasskeyRemove', ['people'])
  const { id, name, address, isSynced, createdAt, lastUsedAt } = passkey
  const isUsual = wordsOf(remove.error) !== undefined
  return (
    <Details
      title={name}
      onClose={onClose}
      facts={[
        [t('account.passkeyFor'), address],
        [t('account.passkeyKept'), t(isSynced ? 'account.passkeySynced' : 'account.passkeyOnDevice')],
        [t('account.made'), <Moment key="made" at={createdAt} />],
        [t('account.used'), lastUsedAt === undefined ? t('part.never') : <Moment key="used" at={lastUsedAt} />],
      ]}
      act={{
        words: t('account.removePasskey'),
        consequence: t('account.removePasskeyMeans'),
        isDangerous: true,
        isPending: remove.isPending,
        error: isUsual ? undefined : remove.error,
        onAct: () => remove.mutate({ params: { id } }, { onSuccess: onClose }),
      }}
    >
      <Rename passkey={passkey} />
      {isUsual ? <PasskeyRefusal error={remove.error} /> : null}
    </Details>
  )
}

function Rename({ passkey: { id, name } }: { readonly passkey: Passkey }) {
  const { t } = useWords()
  const rename = useAct('ownPasskeyRename')
  const [wanted, setWanted] = useState(name)
  const isNew = wanted.trim() !== '' && wanted.trim() !== name
  return (
    <form
      className={styles['rename']}
      onSubmit={(event) => {
        event.preventDefault()
        if (isNew) rename.mutate({ params: { id }, body: { name: wanted.trim() } })
      }}
    >
      <TextInput
        label={t('account.name')}
        maxLength={80}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!isNew} loading={rename.isPending}>
        {t('account.rename')}
      </Button>
      {rename.isError ? <ProblemBox error={rename.error} /> : null}
    </form>
  )
}
