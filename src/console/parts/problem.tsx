/** What failed, why, and what to do about it: a problem document as people read it. */
import { Button } from '@mantine/core'
import { ApiFault } from '../api/client.ts'
import { useWords } from '../words/index.tsx'
import { Repair } from './command.tsx'
import { Icon } from './icons.tsx'
import styles from './parts.module.css'
import { StateIcon } from './state.tsx'

export function ProblemBox({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useWords()
  const { detail, code, repair, accepted, requestId } = factsOf(error)
  return (
    <section className={styles['problem']} role="alert">
      <p className={styles['problemTitle']} data-tone="failed">
        <StateIcon tone="failed" />
        <span>
          <strong>{detail}</strong> <code>{code}</code>
        </span>
      </p>
      {accepted === undefined ? null : (
        <p>
          {t('part.accepted')}: {accepted}
        </p>
      )}
      {repair === undefined ? null : <Repair text={repair} />}
      {requestId === undefined ? null : (
        <p className={styles['quiet']}>
          {t('part.requestId')}: <code>{requestId}</code>
        </p>
      )}
      {onRetry === undefined ? null : (
        <Button variant="default" leftSection={<Icon name="again" size={13} />} onClick={onRetry}>
          {t('part.tryAgain')}
        </Button>
      )}
    </section>
  )
}

function factsOf(error: unknown): ApiFault['problem'] {
  if (error instanceof ApiFault) return error.problem
  return { code: 'console.failed', status: 0, detail: error instanceof Error ? error.message : String(error) }
}
