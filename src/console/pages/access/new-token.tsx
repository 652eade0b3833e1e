/** A token is made, and its secret shown once. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import type { Grant } from '../../api/may.ts'
import { useNow } from '../../parts/clock.tsx'
import details from '../../parts/details.module.css'
import { GrantsEditor } from '../../parts/grants.tsx'
import { OnceDialog } from '../../parts/once-dialog.tsx'
import { useWords } from '../../words/index.tsx'

const dayMs = 86_400_000
const lifetimes = ['1', '30', '90', '365', 'ever'] as const

export function NewTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const make = useAct('tokenCreate')
  const now = useNow()
  const [name, setName] = useState('')
  const [grants, setGrants] = useState<readonly Grant[]>([{ role: 'deployer' }])
  const [days, setDays] = useState<string>('90')
  const expiresAt = days === 'ever' ? undefined : new Date(now + Number(days) * dayMs).toISOString()
  return (
    <OnceDialog
      title={t('access.makeToken')}
      words={t('access.makeToken')}
      isReady={name.trim() !== '' && grants.length > 0}
      isPending={make.isPending}
      error={make.error}
      onMake={() =>
        make.mutate({ body: { name: name.trim(), grants, ...(expiresAt === undefined ? {} : { expiresAt }) } })
      }
      onClose={onClose}
      made={
        make.data === undefined
          ? undefined
          : {
              title: t('access.tokenMade', { name: make.data.token.name }),
              secret: make.data.secret,
              next: <p className={details['say']}>{t('access.useIt')}</p>,
            }
      }
    >
      <TextInput
        data-autofocus
        label={t('access.nameLabel')}
        description={t('access.nameHint')}
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <GrantsEditor label={t('access.may')} grants={grants} onChange={setGrants} />
      <NativeSelect
        size="xs"
        label={t('access.lifetime')}
        value={days}
        data={lifetimes.map((one) => ({ value: one, label: t(`access.for_${one}`) }))}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <p className={details['say']}>{t('access.newTokenMay')}</p>
    </OnceDialog>
  )
}
