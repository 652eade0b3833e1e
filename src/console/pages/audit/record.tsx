/** One record, whole, with where it leads: beside the list, and on a page of its own between its neighbours. */
import { Link } from '@tanstack/react-router'
import type { TrailRecord } from '../../api/generated.ts'
import { Id } from '../../parts/id.tsx'
import { JsonTree } from '../../parts/json/tree.tsx'
import { Facts } from '../../parts/page.tsx'
import { absoluteTime } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { executionIdOf } from '../executions/names.ts'
import styles from './audit.module.css'
import { actorWords } from './words-of.ts'

export function RecordView({ record }: { readonly record: TrailRecord }) {
  const { t } = useWords()
  const { seq } = record
  return (
    <section className={styles['record']} aria-label={t('audit.record', { seq })}>
      <h2>
        <Link to="/audit/$seq" params={{ seq: String(seq) }}>
          {t('audit.record', { seq })}
        </Link>
      </h2>
      <RecordFacts record={record} />
    </section>
  )
}

export function RecordFacts({ record }: { readonly record: TrailRecord }) {
  const { t, language } = useWords()
  const { at, actor, action, subject, change, cause, execution, hash, prevHash } = record
  const inExecution = execution ?? (subject.type === 'execution' ? subject.id : undefined)
  return (
    <>
      <Facts
        facts={[
          [t('audit.what'), <code key="action">{action}</code>],
          [t('audit.at'), absoluteTime(Date.parse(at), language)],
          [t('audit.who'), `${actorWords(actor)}, ${t('audit.via', { via: actor.via })}`],
          [
            t('audit.subject'),
            subject.type === 'deployment' ? (
              <DeployLink key="subject" id={subject.id} />
            ) : (
              <Id key="subject" value={subject.id} />
            ),
          ],
          ...(inExecution === undefined
            ? []
            : [[t('audit.execution'), <ExecutionLink key="execution" arn={inExecution} />] as const]),
          ...(cause === undefined ? [] : [[t('audit.cause'), `${cause.type} ${cause.id}`] as const]),
          [t('audit.hash'), <Id key="hash" value={hash} what="hash" short />],
          [t('audit.previous'), <Id key="previous" value={prevHash} what="hash" short />],
        ]}
      />
      <h3>{t('audit.change')}</h3>
      {change === undefined ? (
        <p>{t('audit.noChange')}</p>
      ) : (
        <JsonTree text={JSON.stringify(change)} label={t('audit.change')} />
      )}
    </>
  )
}

function DeployLink({ id }: { readonly id: string }) {
  return (
    <Link to="/deploys/$id" params={{ id }}>
      <code>{id}</code>
    </Link>
  )
}

function ExecutionLink({ arn }: { readonly arn: string }) {
  return (
    <Link to="/executions/$execution" params={{ execution: executionIdOf(arn) }}>
      <code>{executionIdOf(arn)}</code>
    </Link>
  )
}
