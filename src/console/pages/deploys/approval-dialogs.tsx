/** Deciding: the plan before it is approved, and the reason for everything else. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import type { Deployment } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { useWords } from '../../words/index.tsx'
import type { Choice } from './approval-choices.ts'
import { placeOf } from './place.ts'
import { Plan } from './tabs/plan.tsx'
import styles from './approval.module.css'

type Of = { readonly deployment: Deployment; readonly onClose: () => void }

export function ApproveDialog({ deployment, onClose }: Of) {
  const { t } = useWords()
  const vote = useAct('deploymentVote')
  // What was looked at: if the plan becomes another one meanwhile, the vote is refused.
  const [plan] = useState(deployment.planHash ?? '')
  const { id, requestedBy } = deployment
  return (
    <Details
      title={t('deploy.approveTitle')}
      facts={[
        [t('deploy.place'), placeOf(deployment)],
        [t('deploy.by'), requestedBy.name ?? requestedBy.id],
      ]}
      onClose={onClose}
      act={{
        words: t('deploy.approveIt'),
        consequence: t('deploy.approveMeans'),
        isReady: plan !== '',
        isPending: vote.isPending,
        error: vote.error,
        onAct: () => vote.mutate({ params: { id }, body: { plan, verdict: 'approve' } }, { onSuccess: onClose }),
      }}
    >
      <div className={styles['plan']} role="region" aria-label={t('deploy.plan')} tabIndex={0}>
        <Plan id={id} />
      </div>
    </Details>
  )
}

type Reasoned = Exclude<Choice, 'approve'>
const shortestGlass = 10

export function ReasonDialog({ deployment, kind, onClose }: Of & { readonly kind: Reasoned }) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const reason = text.trim()
  const { isPending, error, send } = useReasoned(deployment, kind, onClose)
  return (
    <Details
      title={t(`deploy.title_${kind}`)}
      facts={[[t('deploy.place'), placeOf(deployment)]]}
      onClose={onClose}
      act={{
        words: t(`deploy.yes_${kind}`),
        consequence: t(`deploy.means_${kind}`),
        isDangerous: kind !== 'review',
        isReady: kind === 'glass' ? reason.length >= shortestGlass : reason !== '',
        isPending,
        error,
        onAct: () => send(reason),
      }}
    >
      <TextInput
        data-autofocus
        label={t(kind === 'glass' ? 'deploy.glassWhy' : kind === 'review' ? 'deploy.found' : 'deploy.reason')}
        description={kind === 'glass' ? t('deploy.glassWhyHint') : undefined}
        value={text}
        maxLength={500}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Details>
  )
}

function useReasoned({ id, planHash }: Deployment, kind: Reasoned, onSuccess: () => void) {
  const vote = useAct('deploymentVote')
  const glass = useAct('deploymentBreakGlass')
  const review = useAct('deploymentReview')
  const params = { id }
  const acts = {
    refuse: {
      act: vote,
      send: (reason: string) =>
        vote.mutate({ params, body: { plan: planHash ?? '', verdict: 'refuse', reason } }, { onSuccess }),
    },
    glass: { act: glass, send: (reason: string) => glass.mutate({ params, body: { reason } }, { onSuccess }) },
    review: { act: review, send: (note: string) => review.mutate({ params, body: { note } }, { onSuccess }) },
  }
  const { act, send } = acts[kind]
  return { isPending: act.isPending, error: act.error, send }
}
