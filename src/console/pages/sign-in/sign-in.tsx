/** Where nobody is signed in: by name or passkey, with a recovery code, by a link, which is spent at once, or with a token. */
import { Button, PasswordInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Command } from '../../parts/command.tsx'
import { usePasskeySignIn, useRecovery, useSignIn } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { SignOnButtons } from '../sign-on/buttons.tsx'
import mark from '../../favicon.svg'
import { WherePasskeys } from '../passkey/where.tsx'
import { ByName } from './by-name.tsx'
import { ByRecovery } from './by-recovery.tsx'
import { Refusal } from './refusal.tsx'
import { safePath } from './safe-path.ts'
import styles from './sign-in.module.css'

export function SignInPage() {
  const { t } = useWords()
  const { from, error, isOpening, signIn, enter, enterAtOnce } = useEntering()
  const signInByPasskey = usePasskeySignIn()
  const recover = useRecovery()
  return (
    <main className={styles['page']}>
      <title>{`${t('signIn.title')} · Holdfast`}</title>
      <h1 className={styles['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {t('signIn.title')}
      </h1>
      {error === undefined ? null : <Refusal error={error} />}
      {isOpening ? <p role="status">{t('signIn.opening')}</p> : null}
      <ByName
        onEnter={(request) => enter(() => signIn(request))}
        onPasskey={(login) => enter(() => signInByPasskey(login))}
      >
        <SignOnButtons from={from} />
        <WherePasskeys />
        <OtherWays isOpen={error !== undefined}>
          <ByRecovery
            isBusy={isOpening}
            // There a new passkey is added, and the lost one removed.
            onRecover={(recovery) => void enterAtOnce(() => recover(recovery), '/account')}
          />
          <div className={styles['first']}>
            <p>{t('signIn.byLink')}</p>
            <Command text="holdfast console" />
          </div>
          <ByToken isBusy={isOpening} onToken={(token) => void enterAtOnce(() => signIn({ token }))} />
        </OtherWays>
      </ByName>
    </main>
  )
}

/** Not there until it is opened: what fills in names and passwords by itself finds one form, not three. */
function OtherWays({ isOpen, children }: { readonly isOpen: boolean; readonly children: ReactNode }) {
  const { t } = useWords()
  const [wasOpened, setOpened] = useState(false)
  return (
    <details
      className={styles['more']}
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open) setOpened(true)
      }}
    >
      <summary>{t('signIn.otherWays')}</summary>
      {wasOpened || isOpen ? <div className={styles['form']}>{children}</div> : null}
    </details>
  )
}

/** The ways in that are tried at once, and where each leads. */
function useEntering() {
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const signIn = useSignIn()
  const [error, setError] = useState<unknown>()
  const [isOpening, setOpening] = useState(false)
  const enter = async (act: () => Promise<void>, path = safePath(from)): Promise<void> => {
    await act()
    await navigate({ href: path, replace: true })
  }
  const enterAtOnce = async (act: () => Promise<void>, path?: string): Promise<void> => {
    setOpening(true)
    setError(undefined)
    try {
      await enter(act, path)
    } catch (fault) {
      setError(fault)
    } finally {
      setOpening(false)
    }
  }
  useCode((code) => void enterAtOnce(() => signIn({ code })))
  return { from, error, isOpening, signIn, enter, enterAtOnce }
}

function ByToken({ isBusy, onToken }: { readonly isBusy: boolean; readonly onToken: (token: string) => void }) {
  const { t } = useWords()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onToken(token.trim())
  }
  return (
    <form onSubmit={submit} className={styles['first']}>
      <PasswordInput
        label={t('signIn.token')}
        description={t('signIn.tokenHint')}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" variant="default" disabled={token.trim() === '' || isBusy}>
        {t('signIn.withToken')}
      </Button>
    </form>
  )
}

/** The code of a link stands behind `#`, which no server and no log ever sees. It is taken out of the address at once. */
function useCode(open: (code: string) => void): void {
  const wasOpened = useRef(false)
  useEffect(() => {
    const code = location.hash.slice(1)
    if (code === '' || wasOpened.current) return
    wasOpened.current = true
    history.replaceState(history.state, '', location.pathname + location.search)
    open(code)
  })
}
