/** How many others have to agree to a deployment, place by place. */
import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Pointer, Protection } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { Section } from '../../parts/page.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import styles from './locks.module.css'

type Place = Pick<Pointer, 'project' | 'config'>

export function Protections() {
  const { t } = useWords()
  const places = useAnswer('placeList', {}).data?.items ?? []
  if (places.length === 0) return null
  return (
    <Section title={t('lock.protection')}>
      <ul className={styles['locks']}>
        {places.map((place) => (
          <Protected key={placeOf(place)} place={place} />
        ))}
      </ul>
    </Section>
  )
}

function Protected({ place }: { readonly place: Place }) {
  const { t } = useWords()
  const [isChanging, setChanging] = useState(false)
  const { project, config } = place
  const status = useAnswer('placeStatus', { params: { project, config }, query: { live: 'false' } })
  const protection = status.data?.protection
  return (
    <li>
      <div className={styles['line']}>
        <strong>{placeOf(place)}</strong>
        <span>{protection === undefined ? null : <Says protection={protection} />}</span>
        <span className={styles['spring']} />
        {protection !== undefined ? (
          <MayButton
            needs={{ verb: 'place.protect', place: { project, config } }}
            size="compact-xs"
            variant="default"
            onClick={() => setChanging(true)}
          >
            {t('lock.protect')}
          </MayButton>
        ) : null}
      </div>
      {isChanging && protection !== undefined ? (
        <ProtectDialog place={place} protection={protection} onClose={() => setChanging(false)} />
      ) : null}
    </li>
  )
}

function Says({ protection }: { readonly protection: Protection | null }) {
  const { t } = useWords()
  if (protection === null) return t('lock.unprotected')
  const { approvals, livesMs } = protection
  return t('lock.protected', { count: approvals, time: durationWords(livesMs) })
}

const counts = ['0', '1', '2', '3', '4', '5'] as const
const lengths = ['1h', '4h', '8h', '24h', '7d'] as const
const hourMs = 3_600_000
const lengthOf = (livesMs: number): string =>
  lengths.find((one) => livesMs <= Number.parseInt(one, 10) * (one.endsWith('d') ? 24 : 1) * hourMs) ?? '7d'

type Protecting = { readonly place: Place; readonly protection: Protection | null; readonly onClose: () => void }

function ProtectDialog({ place: { project, config }, protection, onClose }: Protecting) {
  const { t } = useWords()
  const protect = useAct('placeProtect', ['deployments'])
  const [approvals, setApprovals] = useState(String(protection?.approvals ?? 1))
  const [within, setWithin] = useState(lengthOf(protection?.livesMs ?? 4 * hourMs))
  return (
    <Details
      title={t('lock.protectTitle', { place: placeOf({ project, config }) })}
      facts={[]}
      onClose={onClose}
      act={{
        words: t('lock.protectIt'),
        consequence: t(approvals === '0' ? 'lock.unprotectMeans' : 'lock.protectMeans'),
        isPending: protect.isPending,
        error: protect.error,
        onAct: () =>
          protect.mutate(
            { params: { project, config }, body: { approvals: Number(approvals), within } },
            { onSuccess: onClose },
          ),
      }}
    >
      <NativeSelect
        size="xs"
        label={t('lock.approvals')}
        value={approvals}
        data={counts.map((one) => ({ value: one, label: t('lock.others', { count: Number(one) }) }))}
        onChange={(event) => setApprovals(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label={t('lock.within')}
        value={within}
        data={lengths.map((one) => ({ value: one, label: t(`lock.for_${one}`) }))}
        onChange={(event) => setWithin(event.currentTarget.value)}
      />
    </Details>
  )
}
