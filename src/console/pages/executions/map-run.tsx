/** The run of a distributed Map: how far it is, and the way to its executions. */
import { Link } from '@tanstack/react-router'
import { toneOfStatus } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './execution.module.css'

const counted = ['succeeded', 'failed', 'timedOut', 'aborted', 'running', 'pending'] as const

/** How far a run is, in words and numbers, with the way to its executions. */
export function MapRunSummary({ arn }: { readonly arn: string }) {
  const { t } = useWords()
  const run = useAnswer('map_runDescribe', { params: { run: arn } })
  if (run.isError) return <ProblemBox error={run.error} onRetry={() => void run.refetch()} />
  if (run.data === undefined) return <p className={styles['empty']}>{t('part.loading')}</p>
  const { status, items, error, cause } = run.data
  return (
    <div className={styles['mapRun']}>
      <p className={styles['attemptHead']}>
        <State tone={toneOfStatus(status)} />
        <strong>{t('execution.itemsDone', { done: items.succeeded, total: items.total })}</strong>
        {counted.map((name) =>
          items[name] === 0 ? null : <span key={name}>{t(`execution.items_${name}`, { count: items[name] })}</span>,
        )}
      </p>
      {error === undefined ? null : (
        <p>
          <strong>{error}</strong> {cause}
        </p>
      )}
      <p className={styles['attemptHead']}>
        <Link to="/executions" search={{ mapRun: arn }}>
          {t('execution.allOfRun')}
        </Link>
        {items.failed === 0 ? null : (
          <Link to="/executions" search={{ mapRun: arn, status: 'FAILED' }}>
            {t('execution.failedOfRun')}
          </Link>
        )}
      </p>
    </div>
  )
}
