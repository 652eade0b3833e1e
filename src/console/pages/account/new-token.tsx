/** A token of one's own, for the command line or a program: never more than one may oneself. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import type { AnswerOf } from '../../api/client.ts'
import type { SignedIn } from '../../api/generated.ts'
import { useNow } from '../../parts/clock.tsx'
import details from '../../parts/details.module.css'
import { grantText } from '../../parts/grant.ts'
import { GrantsEditor } from '../../parts/grants.tsx'
import { Once } from '../../parts/once.tsx'
import { OnceDialog } from '../../parts/once-dialog.tsx'
import { useWords } from '../../words/index.tsx'

const dayMs = 86_400_000
const lifetimes = ['1', '30', '90', '365', 'ever'] as const

export function NewOwnTokenDialog({ session, onClose }: { readonly session: SignedIn; readonly onClose: () => void }) {
  const { t } = useWords()
  const make = useAct('ownTokenCreate', ['tokens'])
  const now = useNow()
  const [name, setName] = useState('')
  const [grants, setGrants] = useState(session.grants)
  const [days, setDays] = useState<string>('90')
  const [awsKey, setAwsKey] = useState(false)
  const end = days === 'ever' ? {} : { expiresAt: new Date(now + Number(days) * dayMs).toISOString() }
  const { data } = make
  return (
    <OnceDialog
      title={t('account.make')}
      words={t('account.make')}
      isReady={name.trim() !== '' && grants.length > 0}
      isPending={make.isPending}
      error={make.error}
      onMake={() => make.mutate({ body: { name: name.trim(), grants, awsKey, ...end } })}
      onClose={onClose}
      made={
        data === undefined
          ? undefined
          : {
              title: t('account.tokenMade', { name: data.token.name }),
              secret: data.secret,
              next: <Made made={data} />,
            }
      }
    >
      <TextInput
        data-autofocus
        label={t('account.name')}
        description={t('account.nameHint')}
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <GrantsEditor label={t('account.tokenMay')} grants={grants} onChange={setGrants} />
      <NativeSelect
        size="xs"
        label={t('account.lifetime')}
        value={days}
        data={lifetimes.map((one) => ({ value: one, label: t(`account.for_${one}`) }))}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <label className={details['check']}>
        <input type="checkbox" checked={awsKey} onChange={(event) => setAwsKey(event.currentTarget.checked)} />
        {t('account.awsKey')}
      </label>
      <p className={details['say']}>{t('account.never', { may: session.grants.map(grantText).join(', ') })}</p>
    </OnceDialog>
  )
}

function Made({ made: { awsKey } }: { readonly made: AnswerOf<'ownTokenCreate'> }) {
  const { t } = useWords()
  return (
    <>
      <p className={details['say']}>{t('account.useIt')}</p>
      {awsKey === undefined ? null : (
        <>
          <p className={details['say']}>{t('account.awsKeys')}</p>
          <Once secret={`AWS_ACCESS_KEY_ID=${awsKey.accessKeyId} AWS_SECRET_ACCESS_KEY=${awsKey.secretAccessKey}`} />
        </>
      )}
    </>
  )
}
