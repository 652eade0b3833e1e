/** A token is made, and its secret shown once. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import { useNow } from '../../parts/clock.tsx'
import details from '../../parts/details.module.css'
import { OnceDialog } from '../../parts/once-dialog.tsx'
import { useWords } from '../../words/index.tsx'

const roles = ['viewer', 'deployer', 'approver', 'responder', 'admin'] as const
type Role = (typeof roles)[number]

type Wanted = { readonly name: string; readonly role: Role; readonly project: string; readonly config: string }

const dayMs = 86_400_000
const lifetimes = ['1', '30', '90', '365', 'ever'] as const

export function NewTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const make = useAct('tokenCreate')
  const now = useNow()
  const [wanted, setWanted] = useState<Wanted>({ name: '', role: 'deployer', project: '', config: '' })
  const [days, setDays] = useState<string>('90')
  const expiresAt = days === 'ever' ? undefined : new Date(now + Number(days) * dayMs).toISOString()
  return (
    <OnceDialog
      title={t('access.makeToken')}
      words={t('access.makeToken')}
      isReady={wanted.name.trim() !== ''}
      isPending={make.isPending}
      error={make.error}
      onMake={() => make.mutate({ body: { ...requestOf(wanted), ...(expiresAt === undefined ? {} : { expiresAt }) } })}
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
      <GrantFields wanted={wanted} onChange={(changed) => setWanted({ ...wanted, ...changed })} />
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

function requestOf({ name, role, project, config }: Wanted) {
  const where = project === '' ? {} : config === '' ? { project } : { project, config }
  return { name: name.trim(), grants: [{ role, ...where }] }
}

type Fields = { readonly wanted: Wanted; readonly onChange: (changed: Partial<Wanted>) => void }

function GrantFields({ wanted: { name, role, project, config }, onChange }: Fields) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        data-autofocus
        label={t('access.nameLabel')}
        description={t('access.nameHint')}
        value={name}
        maxLength={80}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label={t('access.role')}
        value={role}
        data={roles.map((one) => ({ value: one, label: t(`part.role_${one}`) }))}
        onChange={(event) => onChange({ role: roles.find((one) => one === event.currentTarget.value) ?? 'viewer' })}
      />
      <div className={details['pair']}>
        <TextInput
          label={t('access.onProject')}
          placeholder={t('access.everywhere')}
          value={project}
          onChange={(event) => onChange({ project: event.currentTarget.value.trim() })}
        />
        <TextInput
          label={t('access.onConfig')}
          placeholder={t('access.everywhere')}
          disabled={project === ''}
          value={project === '' ? '' : config}
          onChange={(event) => onChange({ config: event.currentTarget.value.trim() })}
        />
      </div>
    </>
  )
}
