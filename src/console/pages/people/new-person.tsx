/** Somebody is added; their link is shown this once, to be sent to them. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import type { Grant } from '../../api/may.ts'
import details from '../../parts/details.module.css'
import { GrantsEditor } from '../../parts/grants.tsx'
import { OnceDialog } from '../../parts/once-dialog.tsx'
import { Moment } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { GroupChoice } from './group-choice.tsx'

export const joinLink = (code: string): string => `${location.origin}/join#${code}`

export function NewPersonDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const add = useAct('personAdd', ['groups'])
  const [login, setLogin] = useState('')
  const [name, setName] = useState('')
  const [grants, setGrants] = useState<readonly Grant[]>([{ role: 'viewer' }])
  const [groups, setGroups] = useState<readonly string[]>([])
  const made = add.data
  return (
    <OnceDialog
      title={t('people.add')}
      words={t('people.add')}
      isReady={login.trim() !== '' && name.trim() !== ''}
      isPending={add.isPending}
      error={add.error}
      onMake={() => add.mutate({ body: { login: login.trim(), name: name.trim(), grants, groups } })}
      onClose={onClose}
      made={
        made === undefined
          ? undefined
          : {
              title: t('people.added', { name: made.person.name }),
              secret: joinLink(made.join.code),
              next: (
                <p className={details['say']}>
                  {t('people.sendIt', { name: made.person.name })} <Moment at={made.join.expiresAt} />
                </p>
              ),
            }
      }
    >
      <div className={details['pair']}>
        <TextInput
          data-autofocus
          label={t('people.fullName')}
          autoComplete="off"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('people.login')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={login}
          maxLength={80}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
      </div>
      <GrantsEditor label={t('people.may')} grants={grants} onChange={setGrants} />
      <GroupChoice chosen={groups} onChange={setGroups} />
    </OnceDialog>
  )
}
