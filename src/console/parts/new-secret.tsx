/** A token gets a new secret, shown this once; what holds the old one is given time to take it. */
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/context.tsx'
import details from './details.module.css'
import { Once } from './once.tsx'
import { ProblemBox } from './problem.tsx'
import { Moment } from './when.tsx'
import { useWords } from '../words/index.tsx'

const hourMs = 3_600_000
const overlaps = ['0', '1', '24', '168'] as const

/** `operation`: on a token of one's own, or on anybody's. */
export function NewSecret({
  id,
  operation,
}: {
  readonly id: string
  readonly operation: 'tokenRotate' | 'ownTokenRotate'
}) {
  const { t } = useWords()
  const rotate = useAct(operation, ['tokens', 'sessions'])
  const [hours, setHours] = useState<string>('1')
  if (rotate.data !== undefined) {
    return (
      <div className={details['more']}>
        <div className={details['once']}>
          <Once secret={rotate.data.secret} />
          <p>
            {t('part.formerUntil')} <Moment at={rotate.data.formerUntil} />
          </p>
        </div>
      </div>
    )
  }
  return (
    <div className={details['more']}>
      <p>{t('part.renewMeans')}</p>
      <div className={details['renew']}>
        <NativeSelect
          size="xs"
          label={t('part.overlap')}
          value={hours}
          data={overlaps.map((one) => ({ value: one, label: t(`part.overlap_${one}`) }))}
          onChange={(event) => setHours(event.currentTarget.value)}
        />
        <Button
          variant="default"
          loading={rotate.isPending}
          onClick={() => rotate.mutate({ params: { id }, body: { overlapMs: Number(hours) * hourMs } })}
        >
          {t('part.renew')}
        </Button>
      </div>
      {rotate.isError ? <ProblemBox error={rotate.error} /> : null}
    </div>
  )
}
