/** One record on a page of its own, between the record before it and the one after: what each is chained to is there to compare. */
import { Link, useParams } from '@tanstack/react-router'
import { useAnswer } from '../../api/context.tsx'
import type { TrailRecord } from '../../api/generated.ts'
import { shortened } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './audit.module.css'
import { RecordFacts } from './record.tsx'
import { actorWords, subjectWords } from './words-of.ts'

export function RecordPage() {
  const { t } = useWords()
  const { seq } = useParams({ from: '/frame/audit/$seq' })
  const found = useAnswer('trailRecord', { params: { seq } })
  const title = t('audit.record', { seq })
  if (found.isError) {
    return (
      <Page name={title} title={title}>
        <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  if (found.data === undefined) return <Page name={title} title={title} status={t('part.loading')} children={null} />
  const { record, before, after } = found.data
  return (
    <Page name={title} title={title} status={<Standing chain={found.data} />}>
      <nav className={styles['chain']} aria-label={t('audit.neighbours')}>
        <Neighbour
          words={t('audit.before')}
          record={before}
          none={t(record.seq === 1 ? 'audit.isFirst' : 'audit.isPruned')}
        />
        <Neighbour words={t('audit.after')} record={after} none={t('audit.isLast')} />
      </nav>
      <RecordFacts record={record} />
    </Page>
  )
}

type Chain = { readonly record: TrailRecord; readonly before?: TrailRecord; readonly after?: TrailRecord }

/** What can be seen without walking the chain: whether it hangs on its neighbours. */
function Standing({ chain: { record, before, after } }: { readonly chain: Chain }) {
  const { t } = useWords()
  const hangs =
    (before === undefined || record.prevHash === before.hash) && (after === undefined || after.prevHash === record.hash)
  return <State tone={hangs ? 'done' : 'failed'} word={t(hangs ? 'audit.chained' : 'audit.unchained')} />
}

type NeighbourOf = { readonly words: string; readonly record: TrailRecord | undefined; readonly none: string }

function Neighbour({ words, record, none }: NeighbourOf) {
  return (
    <div>
      <span className={styles['quiet']}>{words}</span>
      {record === undefined ? (
        <span>{none}</span>
      ) : (
        <>
          <Link to="/audit/$seq" params={{ seq: String(record.seq) }}>
            {record.seq} · {record.action}
          </Link>
          <span>
            {actorWords(record.actor)}, <When at={record.at} />
          </span>
          <span className={styles['clip']}>{subjectWords(record.subject)}</span>
          <code>{shortened(record.hash)}</code>
        </>
      )}
    </div>
  )
}
