/** Behind the link of an invitation: a passkey, or a password and an authenticator; then the recovery codes. Nobody is signed in here yet. */
import { Anchor } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiFault } from '../../api/client.ts'
import { useApi } from '../../api/context.tsx'

import { ProblemBox } from '../../parts/problem.tsx'
import { useEnter } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import mark from '../../favicon.svg'
import signIn from '../sign-in/sign-in.module.css'
import { SignOnButtons } from '../sign-on/buttons.tsx'
import { Authenticator } from './authenticator.tsx'
import { ChoosePasskey } from './choose-passkey.tsx'
import { ChoosePassword } from './choose-password.tsx'
import type { Invited } from './invited.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import styles from './join.module.css'

export function JoinPage() {
  const { t } = useWords()
  // It stands behind `#`, which no server and no log ever sees.
  const [code] = useState(() => location.hash.slice(1))
  const { invited, error } = useInvited(code)
  return (
    <main className={`${signIn['page']} ${styles['page']}`}>
      <title>{`${t('join.title')} · Holdfast`}</title>
      <h1 className={signIn['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {invited === undefined ? t('join.title') : t('join.welcome', { name: invited.name })}
      </h1>
      {code === '' || isOver(error) ? (
        <div role="alert" className={styles['over']}>
          <p>
            <strong>{t(code === '' ? 'join.noCode' : 'join.over')}</strong>
          </p>
          <p>{t('join.overHint')}</p>
          <Anchor component={Link} to="/sign-in">
            {t('join.toSignIn')}
          </Anchor>
        </div>
      ) : error === undefined ? null : (
        <ProblemBox error={error} />
      )}
      {invited === undefined ? null : <Steps code={code} invited={invited} />}
    </main>
  )
}

const isOver = (error: unknown): boolean => error instanceof ApiFault && error.problem.status === 401

function useInvited(code: string) {
  const { client } = useApi()
  const [invited, setInvited] = useState<Invited>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    if (code === '') return
    history.replaceState(history.state, '', location.pathname)
    client.call('joinBegin', { body: { code } }).then(setInvited, setError)
  }, [client, code])
  return { invited, error }
}

function Steps({ code, invited }: { readonly code: string; readonly invited: Invited }) {
  const { client } = useApi()
  const enter = useEnter()
  const navigate = useNavigate()
  const [password, setPassword] = useState<string>()
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[]>()
  const [isByPasskey, setByPasskey] = useState(false)
  const [weakness, setWeakness] = useState<unknown>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const finish = async (totp: string): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const joined = await client.call('joinFinish', { body: { code, password: password ?? '', totp } })
      enter(joined.key)
      setRecoveryCodes(joined.recoveryCodes)
    } catch (fault) {
      const isWeak = fault instanceof ApiFault && fault.problem.code === 'access.password_weak'
      if (isWeak) setPassword(undefined)
      setWeakness(isWeak ? fault : undefined)
      setError(isWeak ? undefined : fault)
    } finally {
      setBusy(false)
    }
  }
  if (recoveryCodes !== undefined) {
    return (
      <RecoveryCodes
        login={invited.login}
        codes={recoveryCodes}
        isByPasskey={isByPasskey}
        onKept={() => void navigate({ to: '/' })}
      />
    )
  }
  return password === undefined ? (
    <>
      <ChoosePasskey
        code={code}
        onJoined={(joined) => {
          enter(joined.key)
          setByPasskey(true)
          setRecoveryCodes(joined.recoveryCodes)
        }}
      />
      <ChoosePassword invited={invited} error={weakness} onChoose={setPassword} />
      <SignOnButtons joinCode={code} />
    </>
  ) : (
    <Authenticator
      invited={invited}
      error={error}
      isBusy={isBusy}
      onCode={(totp) => void finish(totp)}
      onBack={() => setPassword(undefined)}
    />
  )
}
