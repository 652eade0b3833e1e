/** Who keeps a place closed, or has it under way. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Lock } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { placeOf } from '../deploys/deploys.tsx'

export function LocksPage() {
  const words = useWords()
  const { t } = words
  const [opening, setOpening] = useState<Lock>()
  const locks = useAnswer('lockList', {})
  const items = locks.data?.items ?? []
  const columns = useMemo(() => columnsIn(words, setOpening), [words])
  return (
    <Page
      fill
      name={t('lock.title')}
      title={t('lock.title')}
      status={items.length === 0 ? t('lock.none') : t('lock.answer', { count: items.length })}
    >
      {locks.isError ? (
        <ProblemBox error={locks.error} onRetry={() => void locks.refetch()} />
      ) : items.length === 0 && locks.isSuccess ? (
        <Empty title={t('lock.none')} commands={["holdfast lock acme/hello production --reason 'sale day'"]}>
          {t('lock.emptyHint')}
        </Empty>
      ) : (
        <RowTable
          label={t('lock.title')}
          columns={columns}
          items={items}
          keyOf={(lock) => `${placeOf(lock)} ${lock.kind}`}
          glowOn={({ term }) => String(term)}
        />
      )}
      {opening === undefined ? null : <OpenDialog lock={opening} onClose={() => setOpening(undefined)} />}
    </Page>
  )
}

function columnsIn({ t }: Words, onOpen: (lock: Lock) => void): readonly Column<Lock>[] {
  return [
    { key: 'place', head: t('lock.place'), width: 'minmax(140px, 2fr)', cell: placeOf },
    {
      key: 'kind',
      head: t('lock.kind'),
      width: '140px',
      wide: true,
      cell: ({ kind }) => <State tone={kind === 'person' ? 'halted' : 'running'} word={t(`lock.kind_${kind}`)} />,
    },
    { key: 'owner', head: t('lock.owner'), width: 'minmax(100px, 1fr)', cell: ownerOf },
    { key: 'reason', head: t('lock.reason'), width: 'minmax(100px, 2fr)', wide: true, cell: ({ reason }) => reason },
    {
      key: 'taken',
      head: t('lock.taken'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ takenAt }) => <When at={takenAt} />,
    },
    {
      key: 'until',
      head: t('lock.expires'),
      width: '84px',
      wide: true,
      numeric: true,
      cell: ({ expiresAt }) => <When at={expiresAt} />,
    },
    {
      key: 'open',
      head: '',
      width: '88px',
      cell: (lock) =>
        lock.kind === 'person' ? (
          <Button size="compact-xs" variant="default" onClick={() => onOpen(lock)}>
            {t('lock.open')}
          </Button>
        ) : null,
    },
  ]
}

function ownerOf({ kind, owner, ownerName }: Lock) {
  if (kind === 'deployment' && owner !== null) {
    return (
      <Link to="/deploys/$id" params={{ id: owner }}>
        <code>{owner}</code>
      </Link>
    )
  }
  return ownerName ?? owner ?? ''
}

function OpenDialog({ lock, onClose }: { readonly lock: Lock; readonly onClose: () => void }) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const open = useAct('lockBreak', ['places', 'deployments'])
  const { project, config } = lock
  return (
    <Modal opened onClose={onClose} title={t('lock.openTitle', { place: placeOf(lock) })}>
      <p>{t('lock.openHint', { owner: lock.ownerName ?? lock.owner ?? '', reason: lock.reason })}</p>
      <TextInput
        data-autofocus
        label={t('lock.why')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {open.isError ? <ProblemBox error={open.error} /> : null}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('part.cancel')}
        </Button>
        <Button
          disabled={reason.trim() === ''}
          loading={open.isPending}
          onClick={() => open.mutate({ body: { project, config, reason: reason.trim() } }, { onSuccess: onClose })}
        >
          {t('lock.open')}
        </Button>
      </Group>
    </Modal>
  )
}
