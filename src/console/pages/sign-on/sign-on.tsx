/** Where an identity provider sends the browser back to: what it brings is used at once, and taken out of the address. */
import { Anchor } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiFault } from '../../api/client.ts'
import { useSignOn } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import mark from '../../favicon.svg'
import { Refusal } from '../sign-in/refusal.tsx'
import styles from '../sign-in/sign-in.module.css'

export function SignOnPage() {
  const { t } = useWords()
  const navigate = useNavigate()
  const signOn = useSignOn()
  const [error, setError] = useState<unknown>()
  const wasUsed = useRef(false)
  useEffect(() => {
    if (wasUsed.current) return
    wasUsed.current = true
    const query = location.search.slice(1)
    history.replaceState(history.state, '', location.pathname)
    signOn(query === '' ? '-' : query)
      .then((from) => navigate({ href: from, replace: true }))
      .catch(setError)
  })
  return (
    <main className={styles['page']}>
      <title>{`${t('signOn.title')} · Holdfast`}</title>
      <h1 className={styles['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {t(error === undefined ? 'signOn.title' : 'signOn.failed')}
      </h1>
      {error === undefined ? <p role="status">{t('signOn.opening')}</p> : <Refusal error={error} />}
      {error instanceof ApiFault && error.problem.requestId !== undefined ? (
        <p className={styles['quiet']}>
          {t('part.requestId')}: <code>{error.problem.requestId}</code>
        </p>
      ) : null}
      {error === undefined ? null : (
        <Anchor component={Link} to="/sign-in">
          {t('signOn.again')}
        </Anchor>
      )}
    </main>
  )
}
