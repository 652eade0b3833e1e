/** The records of this deployment: who wanted what of it, and how it ended; and whether the chain they stand in holds. */
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useList } from '../../../api/list.ts'
import type { TrailRecord } from '../../../api/generated.ts'
import { ProblemBox } from '../../../parts/problem.tsx'
import { When } from '../../../parts/when.tsx'
import { useWords } from '../../../words/index.tsx'
import { Proof, useVerify } from '../../audit/proof.tsx'
import { actorWords } from '../../audit/words-of.ts'
import deploy from '../deploy.module.css'
import styles from './tabs.module.css'

const keyOf = ({ seq }: TrailRecord): string => String(seq)

export function Audit({ id }: { readonly id: string }) {
  const { t } = useWords()
  const list = useList('trailRead', { query: { subject: id, limit: '100' } }, keyOf)
  const verify = useVerify()
  if (list.isError) return <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
  return (
    <>
      <div className={styles['bar']}>
        <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t('audit.verify')}
        </Button>
        <Link to="/audit" search={{ subject: id }}>
          {t('deploy.inAudit')}
        </Link>
        <Proof verify={verify} />
      </div>
      {list.items.length === 0 ? (
        <p className={deploy['quiet']}>{t(list.isPending ? 'part.loading' : 'deploy.noRecords')}</p>
      ) : null}
      <ol className={styles['records']} aria-label={t('deploy.audit')}>
        {list.items.map(({ seq, at, action, actor, change }) => (
          <li key={seq}>
            <Link to="/audit" search={{ subject: id, record: seq }}>
              {seq}
            </Link>
            <code>{action}</code>
            <span>{actor.id === id ? t('deploy.itself') : actorWords(actor)}</span>
            <span className={deploy['quiet']}>{reasonIn(change)}</span>
            <span className={styles['took']}>
              <When at={at} />
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** What somebody gave as their reason, why it ended so, or which call it was. */
function reasonIn(change: unknown): string {
  if (typeof change !== 'object' || change === null) return ''
  const { reason, why, call }: { readonly reason?: unknown; readonly why?: unknown; readonly call?: unknown } = change
  return [reason, why, call].find((one) => typeof one === 'string') ?? ''
}
