/** Where nobody is signed in: by name, by a link, which is spent at once, or with a token. */
import { Button, PasswordInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Command } from '../../parts/command.tsx'
import { type SignIn, useSignIn } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { SignOnButtons } from '../sign-on/buttons.tsx'
import mark from '../../favicon.svg'
import { ByName } from './by-name.tsx'
import { Refusal } from './refusal.tsx'
import { safePath } from './safe-path.ts'
import styles from './sign-in.module.css'

export function SignInPage() {
  const { t } = useWords()
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const signIn = useSignIn()
  const [error, setError] = useState<unknown>()
  const [isOpening, setOpening] = useState(false)
  const enter = async (request: SignIn): Promise<void> => {
    await signIn(request)
    await navigate({ href: safePath(from), replace: true })
  }
  const enterAtOnce = async (request: SignIn): Promise<void> => {
    setOpening(true)
    setError(undefined)
    try {
      await enter(request)
    } catch (fault) {
      setError(fault)
    } finally {
      setOpening(false)
    }
  }
  useCode((code) => void enterAtOnce({ code }))
  return (
    <main className={styles['page']}>
      <title>{`${t('signIn.title')} · Holdfast`}</title>
      <h1 className={styles['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {t('signIn.title')}
      </h1>
      {error === undefined ? null : <Refusal error={error} />}
      {isOpening ? <p role="status">{t('signIn.opening')}</p> : null}
      <ByName onEnter={enter} />
      <SignOnButtons from={from} />
      <details className={styles['more']} open={error !== undefined}>
        <summary>{t('signIn.otherWays')}</summary>
        <div className={styles['form']}>
          <p>{t('signIn.byLink')}</p>
          <Command text="holdfast console" />
          <ByToken isBusy={isOpening} onToken={(token) => void enterAtOnce({ token })} />
        </div>
      </details>
    </main>
  )
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
