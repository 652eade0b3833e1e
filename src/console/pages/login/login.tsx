/** Where a person says yes or no to a command line that asks to act as them. */
import { Button, Group } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useAnswer, useApi } from '../../api/context.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './login.module.css'

export function LoginPage() {
  const { t } = useWords()
  const { code } = useSearch({ from: '/frame/login' })
  if (code === undefined) return <Empty title={t('login.missing')}>{t('login.missingHint')}</Empty>
  return <Decision code={code} />
}

function Over() {
  const { t } = useWords()
  return (
    <Empty title={t('login.over')} commands={['holdfast login']}>
      {t('login.overHint')}
    </Empty>
  )
}

function Decision({ code }: { readonly code: string }) {
  const { t } = useWords()
  const { client } = useApi()
  const asked = useAnswer('loginFind', { params: { code } })
  const [decided, setDecided] = useState<'allow' | 'refuse'>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const decide = async (verdict: 'allow' | 'refuse'): Promise<void> => {
    setBusy(true)
    try {
      await client.call('loginDecide', { params: { code }, body: { verdict } })
      setDecided(verdict)
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(false)
    }
  }
  if (decided !== undefined) {
    return <Empty title={t(decided === 'allow' ? 'login.allowed' : 'login.refused')}>{t('login.close')}</Empty>
  }
  if (asked.error?.problem.code === 'access.login_missing') return <Over />
  if (asked.isError) return <ProblemBox error={asked.error} onRetry={() => void asked.refetch()} />
  if (asked.data === undefined) return null
  const { name, expiresAt } = asked.data
  return (
    <section className={styles['login']}>
      <title>{`${t('login.title')} · Holdfast`}</title>
      <h1>{t('login.title')}</h1>
      <p>{t('login.compare')}</p>
      <p className={styles['code']}>{asked.data.code}</p>
      <dl className={styles['facts']}>
        <dt>{t('login.on')}</dt>
        <dd>{name}</dd>
        <dt>{t('login.until')}</dt>
        <dd>
          <When at={expiresAt} />
        </dd>
      </dl>
      <p>{t('login.gets')}</p>
      {error === undefined ? null : <ProblemBox error={error} />}
      <Group>
        <Button disabled={isBusy} onClick={() => void decide('allow')}>
          {t('login.allow')}
        </Button>
        <Button variant="default" disabled={isBusy} onClick={() => void decide('refuse')}>
          {t('login.refuse')}
        </Button>
      </Group>
    </section>
  )
}
