/** Closing a place, and breaking what somebody else has closed: both with a reason, which stays in the audit trail. */
import { Modal, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Lock } from '../../api/generated.ts'
import { Acting, Details } from '../../parts/details.tsx'
import details from '../../parts/details.module.css'
import { Moment } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'

const lengths = ['1h', '8h', '24h', '7d'] as const

export function CloseDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const places = useAnswer('placeList', {})
  const close = useAct('lockAcquire', ['places'])
  const [place, setPlace] = useState('')
  const [reason, setReason] = useState('')
  const [length, setLength] = useState<string>('8h')
  const known = places.data?.items.map(placeOf) ?? []
  const [project = '', config = ''] = (place === '' ? (known[0] ?? '') : place).split(/\s*[›>]\s*/)
  const isPlace = project !== '' && config !== ''
  return (
    <Modal opened onClose={onClose} title={t('lock.closeTitle')} closeButtonProps={{ 'aria-label': t('part.close') }}>
      <div className={details['details']}>
        {known.length === 0 ? (
          <TextInput
            label={t('lock.place')}
            placeholder="acme/shop › production"
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
          />
        ) : (
          <NativeSelect
            size="xs"
            label={t('lock.place')}
            value={place}
            data={known}
            onChange={(event) => setPlace(event.currentTarget.value)}
          />
        )}
        <TextInput
          data-autofocus
          label={t('lock.reason')}
          description={t('lock.reasonHint')}
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label={t('lock.length')}
          value={length}
          data={lengths.map((one) => ({ value: one, label: t(`lock.for_${one}`) }))}
          onChange={(event) => setLength(event.currentTarget.value)}
        />
        <Acting
          onClose={onClose}
          act={{
            words: t('lock.close'),
            consequence: t('lock.closeMeans'),
            isReady: isPlace && reason.trim() !== '',
            isPending: close.isPending,
            error: close.error,
            onAct: () =>
              close.mutate({ body: { project, config, reason: reason.trim(), for: length } }, { onSuccess: onClose }),
          }}
        />
      </div>
    </Modal>
  )
}

export function BreakDialog({ lock, onClose }: { readonly lock: Lock; readonly onClose: () => void }) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const broken = useAct('lockBreak', ['places', 'deployments'])
  const { project, config, ownerName, owner, takenAt } = lock
  return (
    <Details
      title={t('lock.breakTitle', { place: placeOf(lock) })}
      onClose={onClose}
      facts={[
        [t('lock.owner'), ownerName ?? owner ?? ''],
        [t('lock.reason'), lock.reason],
        [t('lock.taken'), <Moment key="taken" at={takenAt} />],
      ]}
      act={{
        words: t('lock.break'),
        consequence: t('lock.breakMeans'),
        isDangerous: true,
        isReady: reason.trim() !== '',
        isPending: broken.isPending,
        error: broken.error,
        onAct: () => broken.mutate({ body: { project, config, reason: reason.trim() } }, { onSuccess: onClose }),
      }}
    >
      <TextInput
        data-autofocus
        label={t('lock.why')}
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Details>
  )
}
