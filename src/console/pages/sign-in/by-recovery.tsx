/** Without the passkey that is lost, by name and recovery code: then a new one is added. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useWords } from '../../words/index.tsx'
import styles from './sign-in.module.css'

type Recovering = {
  readonly isBusy: boolean
  readonly onRecover: (recovery: { readonly login: string; readonly recoveryCode: string }) => void
}

export function ByRecovery({ isBusy, onRecover }: Recovering) {
  const { t } = useWords()
  const [login, setLogin] = useState('')
  const [recoveryCode, setCode] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onRecover({ login: login.trim(), recoveryCode: recoveryCode.trim() })
  }
  return (
    <form onSubmit={submit} className={styles['first']}>
      <p>{t('signIn.lostPasskey')}</p>
      <TextInput
        size="sm"
        label={t('signIn.nameOfCode')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={80}
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      <TextInput
        size="sm"
        label={t('signIn.recoveryCode')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={100}
        value={recoveryCode}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button
        type="submit"
        size="sm"
        variant="default"
        disabled={login.trim() === '' || recoveryCode.trim() === '' || isBusy}
      >
        {t('signIn.withCode')}
      </Button>
    </form>
  )
}
