/** Four eyes: who has to agree to the plan, who has, and what can be done about it by whoever looks. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Deployment } from '../../api/generated.ts'
import { useLack, useMay } from '../../api/use-may.ts'
import { shortened } from '../../parts/id.tsx'
import { lackWords } from '../../parts/lack.ts'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { ApproveDialog, ReasonDialog } from './approval-dialogs.tsx'
import { type Choice, choicesFor } from './approval-choices.ts'
import styles from './approval.module.css'

export type Asked = NonNullable<Deployment['approval']>

export function Approval({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const may = useMay()
  const session = useAnswer('sessionDescribe', {}).data
  const [chosen, setChosen] = useState<Choice>()
  const { approval, endedAt, planHash, requestedBy } = deployment
  if (approval === null) return null
  const isWaiting = approval.state === 'waiting' && endedAt === null
  const choices = session === undefined ? [] : choicesFor(deployment, session.person, may)
  const close = (): void => setChosen(undefined)
  return (
    <section className={styles['approval']} aria-label={t('deploy.approval')} data-state={approval.state}>
      <Standing approval={approval} isWaiting={isWaiting} />
      {isWaiting ? (
        <p>
          {t('deploy.approvalBy', { plan: shortened(planHash ?? ''), name: requestedBy.name ?? requestedBy.id })}{' '}
          <When at={approval.expiresAt} />
        </p>
      ) : null}
      <Glass approval={approval} />
      <Votes approval={approval} />
      <Why deployment={deployment} person={session?.person} />
      {choices.length === 0 ? null : (
        <div className={styles['choices']}>
          {choices.map((choice) => (
            <Button
              key={choice}
              variant={choice === 'approve' || choice === 'review' ? 'filled' : 'default'}
              {...(choice === 'glass' ? { color: 'red', variant: 'light' } : {})}
              onClick={() => setChosen(choice)}
            >
              {t(`deploy.${choice}`)}
            </Button>
          ))}
        </div>
      )}
      {chosen === undefined ? null : chosen === 'approve' ? (
        <ApproveDialog deployment={deployment} onClose={close} />
      ) : (
        <ReasonDialog deployment={deployment} kind={chosen} onClose={close} />
      )}
    </section>
  )
}

function Standing({ approval, isWaiting }: { readonly approval: Asked; readonly isWaiting: boolean }) {
  const { t } = useWords()
  const { state, missing } = approval
  // What was halted while it waited has nobody to wait for.
  if (state === 'waiting' && !isWaiting) return null
  if (state === 'waiting') return <State strong tone="waiting" word={t('deploy.approvalMissing', { count: missing })} />
  return <State strong tone={state === 'approved' ? 'done' : 'halted'} word={t(`deploy.approval_${state}`)} />
}

function Glass({ approval: { glass } }: { readonly approval: Asked }) {
  const { t } = useWords()
  if (glass === null) return null
  const { by, reason, at, reviewed } = glass
  return (
    <>
      <p>
        {by.name ?? by.id} · <When at={at} /> · {reason}
      </p>
      <p className={styles['quiet']}>
        {reviewed === null
          ? t('deploy.glassUnreviewed')
          : t('deploy.glassReviewed', { name: reviewed.by, note: reviewed.note })}
      </p>
    </>
  )
}

function Votes({ approval: { votes } }: { readonly approval: Asked }) {
  const { t } = useWords()
  if (votes.length === 0) return null
  return (
    <ul className={styles['votes']} aria-label={t('deploy.votes')}>
      {votes.map(({ by, verdict, reason, votedAt }) => (
        <li key={by.id}>
          <State tone={verdict === 'approve' ? 'done' : 'halted'} word={t(`deploy.vote_${verdict}`)} />
          <span>{by.name ?? by.id}</span>
          <span className={styles['quiet']}>
            <When at={votedAt} />
          </span>
          {reason === null ? null : <span>{reason}</span>}
        </li>
      ))}
    </ul>
  )
}

type WhyOf = { readonly deployment: Deployment; readonly person: string | undefined }

/** Why somebody who might approve is not offered it. */
function Why({ deployment, person }: WhyOf) {
  const words = useWords()
  const { t } = words
  const { approval, endedAt } = deployment
  const lack = useLack('approval.decide', deployment)
  if (approval?.state !== 'waiting' || endedAt !== null || lack === 'unknown') return null
  if (approval.requester === person) return <p className={styles['quiet']}>{t('deploy.approvalOwn')}</p>
  if (lack !== undefined) return <p className={styles['quiet']}>{lackWords(lack, words)}</p>
  const hasApproved = approval.votes.some(({ by, verdict }) => by.id === person && verdict === 'approve')
  return hasApproved ? <p className={styles['quiet']}>{t('deploy.approvalDone')}</p> : null
}
