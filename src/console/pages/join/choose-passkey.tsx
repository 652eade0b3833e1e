/** The shorter way: a passkey is both at once, so there is no password and no code. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useApi } from '../../api/context.tsx'
import type { AnswerOf } from '../../api/client.ts'
import { makePasskey } from '../../api/passkey.ts'
import { useWords } from '../../words/index.tsx'
import { browserOf } from '../access/standing.ts'
import { PasskeyRefusal } from '../passkey/refusal.tsx'
import { takesPasskeys, WherePasskeys } from '../passkey/where.tsx'
import signIn from '../sign-in/sign-in.module.css'
import styles from './join.module.css'

type Choosing = { readonly code: string; readonly onJoined: (joined: AnswerOf<'passkeyJoinFinish'>) => void }

export function ChoosePasskey({ code, onJoined }: Choosing) {
  const { t } = useWords()
  const { client } = useApi()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const join = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const credential = await makePasskey(await client.call('passkeyJoinBegin', { body: { code } }))
      const name = browserOf(navigator.userAgent) ?? t('join.passkeyName')
      onJoined(await client.call('passkeyJoinFinish', { body: { code, name, credential } }))
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(false)
    }
  }
  if (!takesPasskeys()) return <WherePasskeys hash={`#${code}`} />
  return (
    <section className={signIn['first']} aria-label={t('join.passkey')}>
      <p>{t('join.passkeySays')}</p>
      {error === undefined ? null : <PasskeyRefusal error={error} />}
      <Button size="sm" loading={isBusy} onClick={() => void join()}>
        {t('join.passkey')}
      </Button>
      <p className={styles['or']}>{t('join.orPassword')}</p>
    </section>
  )
}
