/** Last step: what helps when authenticator or passkey is lost. Nobody can show it again, so it is asked whether it is kept. */
import { Button, Group } from '@mantine/core'
import { useEffect, useState } from 'react'
import { CopyAll } from '../../parts/copy.tsx'
import { useWords } from '../../words/index.tsx'
import signIn from '../sign-in/sign-in.module.css'
import styles from './join.module.css'

type Codes = {
  readonly login: string
  readonly codes: readonly string[]
  readonly isByPasskey: boolean
  readonly onKept: () => void
}

export function RecoveryCodes({ login, codes, isByPasskey, onKept }: Codes) {
  const { t } = useWords()
  const [isKept, setKept] = useState(false)
  useAskBeforeLeaving(!isKept)
  const text = codes.join('\n')
  const save = (): void => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`Holdfast, ${login}\n\n${text}\n`], { type: 'text/plain' }))
    link.download = 'holdfast-recovery-codes.txt'
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return (
    <section className={signIn['first']} aria-label={t('join.codes')}>
      {isByPasskey ? null : <p className={styles['step']}>{t('join.step', { number: 3 })}</p>}
      <p>
        <strong>{t('join.codesSay')}</strong>
      </p>
      <p>{t(isByPasskey ? 'join.codesHintPasskey' : 'join.codesHint')}</p>
      <ol className={styles['codes']}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Group gap="sm">
        <CopyAll text={text} words={t('join.copy')} />
        <Button variant="default" onClick={save}>
          {t('join.download')}
        </Button>
      </Group>
      <label className={styles['kept']}>
        <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
        {t('join.kept')}
      </label>
      <Button size="sm" disabled={!isKept} onClick={onKept}>
        {t('join.toOverview')}
      </Button>
    </section>
  )
}

function useAskBeforeLeaving(isAsked: boolean): void {
  useEffect(() => {
    if (!isAsked) return undefined
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    globalThis.addEventListener('beforeunload', ask)
    return () => globalThis.removeEventListener('beforeunload', ask)
  }, [isAsked])
}
