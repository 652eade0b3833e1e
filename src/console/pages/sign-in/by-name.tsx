/** By name: the password first, then what only its owner has. */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiFault } from '../../api/client.ts'
import { useApi } from '../../api/context.tsx'
import type { SignIn } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { takesPasskeys } from '../passkey/where.tsx'
import { Refusal } from './refusal.tsx'
import styles from './sign-in.module.css'

type ByName = {
  readonly onEnter: (request: SignIn) => Promise<void>
  /** With the name that was typed, or without. */
  readonly onPasskey: (login: string) => Promise<void>
  /** The other ways in: gone once the password was right. */
  readonly children: ReactNode
}

export function ByName({ onEnter, onPasskey, children }: ByName) {
  const { t } = useWords()
  const { client } = useApi()
  const [login, setLogin] = useState('')
  const [step, setStep] = useState<string>()
  const { error, isBusy, run, setError } = useTrying()
  const begin = (password: string): Promise<void> =>
    run(async () => setStep((await client.call('signInBegin', { body: { login, password } })).step))
  const finish = (factor: { readonly totp: string } | { readonly recoveryCode: string }): Promise<void> =>
    run(async () => {
      await onEnter({ step: step ?? '', ...factor })
    })
  const isOver = error instanceof ApiFault && error.problem.code === 'access.sign_in_step_over'
  const again = (): void => {
    setStep(undefined)
    setError(undefined)
  }
  return (
    <>
      {error === undefined ? null : <Refusal error={error} />}
      {step === undefined || isOver ? (
        <>
          <FirstHalf login={login} isBusy={isBusy} onLogin={setLogin} onBegin={begin} />
          {takesPasskeys() ? (
            <Button
              size="sm"
              variant="default"
              disabled={isBusy}
              onClick={() => void run(async () => onPasskey(login.trim()))}
            >
              {t('passkey.signIn')}
            </Button>
          ) : null}
          {children}
        </>
      ) : (
        <SecondHalf login={login} isBusy={isBusy} onFinish={finish} onAgain={again} />
      )}
    </>
  )
}

/** What is being tried, and why it did not work. */
function useTrying() {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await act()
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(false)
    }
  }
  return { error, isBusy, run, setError }
}

type FirstHalfOf = {
  readonly login: string
  readonly isBusy: boolean
  readonly onLogin: (login: string) => void
  readonly onBegin: (password: string) => Promise<void>
}

function FirstHalf({ login, isBusy, onLogin, onBegin }: FirstHalfOf) {
  const { t } = useWords()
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void onBegin(password)
  }
  return (
    <form onSubmit={submit} className={styles['first']}>
      <TextInput
        size="sm"
        label={t('signIn.login')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
        withAsterisk={false}
        value={login}
        onChange={(event) => onLogin(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('signIn.password')}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={isBusy}>
        {t('signIn.next')}
      </Button>
    </form>
  )
}

type SecondHalfOf = {
  readonly login: string
  readonly isBusy: boolean
  readonly onFinish: (factor: { readonly totp: string } | { readonly recoveryCode: string }) => Promise<void>
  readonly onAgain: () => void
}

function SecondHalf({ login, isBusy, onFinish, onAgain }: SecondHalfOf) {
  const { t } = useWords()
  const [isRecovering, setRecovering] = useState(false)
  const [code, setCode] = useState('')
  const given = code.replaceAll(/\s/g, '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void onFinish(isRecovering ? { recoveryCode: code.trim() } : { totp: given })
  }
  return (
    <form onSubmit={submit} className={styles['first']}>
      <p className={styles['quiet']}>{t('signIn.as', { login })}</p>
      <TextInput
        key={isRecovering ? 'recovery' : 'totp'}
        size="sm"
        label={t(isRecovering ? 'signIn.recoveryCode' : 'signIn.totp')}
        description={t(isRecovering ? 'signIn.recoveryCodeHint' : 'signIn.totpHint')}
        autoComplete={isRecovering ? 'off' : 'one-time-code'}
        {...(isRecovering ? {} : { inputMode: 'numeric' as const, maxLength: 9 })}
        autoFocus
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={isBusy} disabled={isRecovering ? given === '' : !/^\d{6}$/.test(given)}>
        {t('signIn.submit')}
      </Button>
      <div className={styles['others']}>
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            setRecovering(!isRecovering)
            setCode('')
          }}
        >
          {t(isRecovering ? 'signIn.useTotp' : 'signIn.useRecovery')}
        </Button>
        <Button variant="subtle" size="compact-xs" onClick={onAgain}>
          {t('signIn.another')}
        </Button>
      </div>
    </form>
  )
}
