/** A token gets a new secret, shown this once; what holds the old one is given time to take it. */
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/context.tsx'
import details from './details.module.css'
import { MadeDialog } from './once-dialog.tsx'
import { ProblemBox } from './problem.tsx'
import { Moment } from './when.tsx'
import { useWords } from '../words/index.tsx'

const hourMs = 3_600_000
const overlaps = ['0', '1', '24', '168'] as const

/** `operation`: on a token of one's own, or on anybody's. */
export const useRenewal = (operation: 'tokenRotate' | 'ownTokenRotate') => useAct(operation, ['tokens', 'sessions'])
type Renewal = ReturnType<typeof useRenewal>

type NewSecret = {
  readonly id: string
  /** One is signed in by it: at once would end this session, and with it the only sight of the new secret. */
  readonly isMine: boolean
  readonly renewal: Renewal
}

export function NewSecret({ id, isMine, renewal }: NewSecret) {
  const { t } = useWords()
  const [hours, setHours] = useState<string>('1')
  const offered = overlaps.filter((one) => !isMine || one !== '0')
  const consequence = isMine ? t('part.renewMine') : hours === '0' ? t('part.renewAtOnce') : ''
  return (
    <div className={details['more']}>
      <p aria-live="polite">
        {t('part.renewMeans')} {consequence}
      </p>
      <div className={details['renew']}>
        <NativeSelect
          size="xs"
          label={t('part.overlap')}
          value={hours}
          data={offered.map((one) => ({ value: one, label: t(`part.overlap_${one}`) }))}
          onChange={(event) => setHours(event.currentTarget.value)}
        />
        <Button
          variant="default"
          loading={renewal.isPending}
          onClick={() => renewal.mutate({ params: { id }, body: { overlapMs: Number(hours) * hourMs } })}
        >
          {t('part.renew')}
        </Button>
      </div>
      {renewal.isError ? <ProblemBox error={renewal.error} /> : null}
    </div>
  )
}

type Renewed = {
  readonly name: string
  readonly renewed: NonNullable<Renewal['data']>
  readonly onClose: () => void
}

/** In place of the details of the token. */
export function RenewedDialog({ name, renewed: { secret, formerUntil }, onClose }: Renewed) {
  const { t } = useWords()
  const next = (
    <p className={details['say']}>
      {t('part.formerUntil')} <Moment at={formerUntil} />
    </p>
  )
  return <MadeDialog made={{ title: t('part.renewed', { name }), secret, next }} onClose={onClose} />
}
