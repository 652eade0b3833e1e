/** First step: a password, judged as far as a page can while it is typed. */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Icon } from '../../parts/icons.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'
import { takesPasskeys } from '../passkey/where.tsx'
import signIn from '../sign-in/sign-in.module.css'
import type { Invited } from './invited.ts'
import { rulesFor } from './rules.ts'
import styles from './join.module.css'

type Choosing = { readonly invited: Invited; readonly error: unknown; readonly onChoose: (password: string) => void }

export function ChoosePassword({ invited, error, onChoose }: Choosing) {
  const { t } = useWords()
  const [password, setPassword] = useState('')
  const rules = rulesFor(password, invited)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (rules.every(({ isMet }) => isMet)) onChoose(password)
  }
  return (
    <form onSubmit={submit} className={signIn['first']}>
      <p className={styles['step']}>{t('join.step', { number: 1 })}</p>
      <p>{t('join.passwordSays')}</p>
      {error === undefined ? null : <ProblemBox error={error} />}
      <TextInput
        size="sm"
        label={t('join.login')}
        name="username"
        autoComplete="username"
        value={invited.login}
        readOnly
      />
      <PasswordInput
        label={t('join.password')}
        name="new-password"
        autoComplete="new-password"
        autoFocus={!takesPasskeys()}
        maxLength={200}
        aria-describedby="password-rules"
        visibilityToggleButtonProps={{ 'aria-label': t('join.show') }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <ul id="password-rules" className={styles['rules']}>
        {rules.map(({ words, isMet }) => (
          <li key={words} data-met={isMet}>
            <Icon name={isMet ? 'check' : 'more'} size={13} />
            {t(words)}
          </li>
        ))}
      </ul>
      <Button type="submit" size="sm" disabled={!rules.every(({ isMet }) => isMet)}>
        {t('join.next')}
      </Button>
    </form>
  )
}
