/** The one page that needs nobody to be signed in: a link opens it and is spent at once; else it takes a token. */
import { Button, PasswordInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Command } from '../../parts/command.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useSignIn } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { SignOnButtons } from '../sign-on/buttons.tsx'
import mark from '../../favicon.svg'
import { safePath } from './safe-path.ts'
import styles from './sign-in.module.css'

export function SignInPage() {
  const { t } = useWords()
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const signIn = useSignIn()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const [token, setToken] = useState('')
  const enter = async (request: { readonly code: string } | { readonly token: string }): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await signIn(request)
      await navigate({ href: safePath(from), replace: true })
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(false)
    }
  }
  useCode((code) => void enter({ code }))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void enter({ token: token.trim() })
  }
  return (
    <main className={styles['page']}>
      <title>{`${t('signIn.title')} · Holdfast`}</title>
      <h1 className={styles['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {t('signIn.title')}
      </h1>
      {error === undefined ? null : <ProblemBox error={error} />}
      {isBusy ? <p role="status">{t('signIn.opening')}</p> : null}
      <SignOnButtons from={from} />
      <p>{t('signIn.byLink')}</p>
      <Command text="holdfast console" />
      <form onSubmit={submit} className={styles['form']}>
        <h2>{t('signIn.byToken')}</h2>
        <PasswordInput
          label={t('signIn.token')}
          description={t('signIn.tokenHint')}
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" disabled={token.trim() === '' || isBusy}>
          {t('signIn.submit')}
        </Button>
      </form>
    </main>
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
