/** Another machine: its token is made, and shown once with the line to run there. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import { Command } from '../../parts/command.tsx'
import details from '../../parts/details.module.css'
import { OnceDialog } from '../../parts/once-dialog.tsx'
import { useWords } from '../../words/index.tsx'

export function EnrolDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const enrol = useAct('hostEnrol', ['tokens'])
  const [name, setName] = useState('')
  const [zone, setZone] = useState('')
  const [address, setAddress] = useState('')
  const where = { ...(zone === '' ? {} : { zone }), ...(address === '' ? {} : { address }) }
  return (
    <OnceDialog
      title={t('host.enrol')}
      words={t('host.enrol')}
      isReady={name.trim() !== ''}
      isPending={enrol.isPending}
      error={enrol.error}
      onMake={() => enrol.mutate({ body: { name: name.trim(), ...where } })}
      onClose={onClose}
      made={
        enrol.data === undefined
          ? undefined
          : {
              title: t('host.enrolled', { name: enrol.data.host.name }),
              secret: enrol.data.token,
              next: <Next token={enrol.data.token} />,
            }
      }
    >
      <TextInput
        data-autofocus
        label={t('host.name')}
        description={t('host.nameHint')}
        value={name}
        maxLength={63}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={details['pair']}>
        <TextInput
          label={t('host.zone')}
          description={t('host.zoneHint')}
          placeholder="default"
          value={zone}
          onChange={(event) => setZone(event.currentTarget.value.trim())}
        />
        <TextInput
          label={t('host.address')}
          description={t('host.addressHint')}
          placeholder="127.0.0.1"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value.trim())}
        />
      </div>
    </OnceDialog>
  )
}

function Next({ token }: { readonly token: string }) {
  const { t } = useWords()
  return (
    <>
      <p className={details['say']}>{t('host.runThere')}</p>
      <Command
        text={`(umask 077; echo ${token} > host.token); holdfast host --url ${location.origin} --token-file host.token`}
      />
    </>
  )
}
