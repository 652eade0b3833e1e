/** Second step: the authenticator takes the secret in, and shows that it did. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { Copy } from '../../parts/copy.tsx'
import parts from '../../parts/parts.module.css'
import { useWords } from '../../words/index.tsx'
import { Refusal } from '../sign-in/refusal.tsx'
import signIn from '../sign-in/sign-in.module.css'
import type { Invited } from './invited.ts'
import styles from './join.module.css'

const QrCode = lazy(async () => ({ default: (await import('./qr-code.tsx')).QrCode }))

type Authenticating = {
  readonly invited: Invited
  readonly error: unknown
  readonly isBusy: boolean
  readonly onCode: (totp: string) => void
  readonly onBack: () => void
}

export function Authenticator({ invited, error, isBusy, onCode, onBack }: Authenticating) {
  const { t } = useWords()
  const { totpSecret, totpUri } = invited
  const [code, setCode] = useState('')
  const totp = code.replaceAll(/\s/g, '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onCode(totp)
  }
  return (
    <form onSubmit={submit} className={signIn['first']}>
      <p className={styles['step']}>{t('join.step', { number: 2 })}</p>
      <p>{t('join.scan')}</p>
      <Suspense fallback={<div className={styles['qr']} />}>
        <QrCode text={totpUri} label={t('join.qr')} />
      </Suspense>
      <p>
        <a href={totpUri}>{t('join.onThisDevice')}</a>
      </p>
      <p className={signIn['quiet']}>{t('join.byHand')}</p>
      <div className={parts['secret']}>
        <code>{totpSecret}</code>
        <Copy text={totpSecret} what={t('part.secret')} />
      </div>
      {error === undefined ? null : <Refusal error={error} />}
      <TextInput
        size="sm"
        label={t('join.totp')}
        description={t('join.totpHint')}
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={9}
        // On a phone its keyboard would cover the code that is to be scanned or opened first.
        autoFocus={matchMedia('(pointer: fine)').matches}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={isBusy} disabled={!/^\d{6}$/.test(totp)}>
        {t('join.finish')}
      </Button>
      <Button variant="subtle" size="compact-xs" onClick={onBack}>
        {t('join.back')}
      </Button>
    </form>
  )
}
