/** The machine of the deployment as one line of states, which light up as it goes. On a phone: what counts now, and the rest on request. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Deployment } from '../../api/generated.ts'
import { StateIcon } from '../../parts/state.tsx'
import { Elapsed } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { type Stage, stagesOf, telling } from './standing.ts'
import styles from './strip.module.css'

export function Strip({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const [isOpen, setOpen] = useState(false)
  const stages = stagesOf(deployment)
  const shown = telling(stages)
  return (
    <div className={styles['frame']} data-open={isOpen}>
      <ol className={styles['strip']} aria-label={t('deploy.stages')}>
        {stages.map((stage, index) => (
          <li
            key={`${index} ${stage.state}`}
            data-tone={stage.tone}
            data-telling={shown.has(index)}
            aria-current={isUnderWay(stage) ? 'step' : undefined}
          >
            <StageButton stage={stage} deployment={deployment} />
          </li>
        ))}
      </ol>
      {shown.size === stages.length ? null : (
        <button type="button" className={styles['more']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'deploy.fewerStates' : 'deploy.allStates', { count: stages.length })}
        </button>
      )}
    </div>
  )
}

const isUnderWay = ({ startedAt, endedAt }: Stage): boolean => startedAt !== undefined && endedAt === undefined

type StageOf = { readonly stage: Stage; readonly deployment: Deployment }

/** Leads to what went into the state and what came out of it. */
function StageButton({ stage, deployment }: StageOf) {
  const { t } = useWords()
  const navigate = useNavigate()
  const { state, step, tone, startedAt, endedAt } = stage
  const name = step === null ? state : `${state} ${step}`
  return (
    <button
      type="button"
      disabled={startedAt === undefined}
      onClick={() => void navigate({ to: '.', search: { tab: 'io', state }, replace: true, resetScroll: false })}
    >
      {tone === undefined ? <span className={styles['dot']} aria-hidden="true" /> : <StateIcon tone={tone} />}
      <span className={styles['name']}>{name}</span>
      <span className={styles['hidden']}>{tone === undefined ? t('deploy.stillToCome') : t(`part.tone_${tone}`)}</span>
      {state === 'CheckHealth' && isUnderWay(stage) ? (
        <span className={styles['quiet']}>{t('deploy.healthyOf', deployment.healthy)}</span>
      ) : null}
      {startedAt === undefined ? null : (
        <span className={styles['quiet']}>
          <Elapsed from={startedAt} to={endedAt} />
        </span>
      )}
    </button>
  )
}
