/**
 * What can be done with a deployment: only what the server offers. The likeliest next step is the primary one, what is dangerous says
 * its consequence, and what was refused is told where it was pressed.
 */
import { Button, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAct } from '../../api/context.tsx'
import { useLack } from '../../api/use-may.ts'
import type { Deployment } from '../../api/generated.ts'
import { Icon, type IconName } from '../../parts/icons.tsx'
import { shortened } from '../../parts/id.tsx'
import { lackWords } from '../../parts/lack.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import styles from './actions.module.css'

type Of = { readonly deployment: Deployment }

export function DeployActions({ deployment }: Of) {
  const { t } = useWords()
  const acts = useActs(deployment)
  const { halt, pause, resume, retry, rollback } = deployment.offers
  const [error] = [acts.halt, acts.pause, acts.resume, acts.retry, acts.rollBack].flatMap((act) => act.error ?? [])
  return (
    <div className={styles['actions']}>
      <div className={styles['row']} role="group" aria-label={t('deploy.whatToDo')}>
        {pause ? <Act act={acts.pause} icon="pause" words={t('deploy.pause')} /> : null}
        {halt ? (
          <Act
            act={acts.halt}
            icon="stop"
            color="red"
            variant="light"
            words={t('deploy.halt')}
            says={t('deploy.haltSays')}
          />
        ) : null}
        {resume ? (
          <Act act={acts.resume} icon="play" variant="filled" words={t('deploy.resume')}>
            <FromMenu deployment={deployment} act={acts.resume} />
          </Act>
        ) : null}
        {retry ? (
          <Act act={acts.retry} icon="again" variant="filled" words={t('deploy.retry')} says={t('deploy.retrySays')}>
            <FromMenu deployment={deployment} act={acts.retry} />
          </Act>
        ) : null}
        {rollback === null ? null : (
          <Act
            act={acts.rollBack}
            icon="back"
            variant="filled"
            words={t('deploy.rollBack', { release: shortened(rollback.releaseId) })}
            says={
              rollback.kind === 'return'
                ? t('deploy.rollBackCold')
                : rollback.tookMs === null
                  ? t('deploy.rollBackWarm')
                  : t('deploy.rollBackTook', { time: durationWords(rollback.tookMs) })
            }
          />
        )}
      </div>
      <Looking deployment={deployment} />
      {error === undefined ? null : <ProblemBox error={error} />}
    </div>
  )
}

/** Whoever can only look is told what it would take: the server offers them nothing. */
function Looking({ deployment }: Of) {
  const words = useWords()
  const lack = useLack('deploy.halt', deployment)
  const { id, endedAt, serving } = deployment
  const isCurrent = endedAt === null || serving?.fleet === id
  if (lack === undefined || lack === 'unknown' || !isCurrent) return null
  return <p className={styles['says']}>{words.t('deploy.onlyLooking', { needs: lackWords(lack, words) })}</p>
}

type Doing = { readonly isPending: boolean; readonly error: unknown; readonly send: (from?: string) => void }

/** Each as a page needs it; what was begun by one of them is gone to. */
function useActs({ id, project, config }: Deployment) {
  const navigate = useNavigate()
  const goTo = (begun: string): void => void navigate({ to: '/deploys/$id', params: { id: begun } })
  const halt = useAct('deployHalt')
  const pause = useAct('deployPause')
  const resume = useAct('deployResume')
  const retry = useAct('deployRetry', ['places', 'locks'])
  const rollBack = useAct('deployRollback', ['deployments', 'places', 'locks'])
  const from = (state: string | undefined) => (state === undefined ? {} : { from: state })
  const params = { id }
  const doing = (act: { readonly isPending: boolean; readonly error: unknown }, send: Doing['send']): Doing => ({
    ...{ isPending: act.isPending, error: act.error ?? undefined, send },
  })
  return {
    halt: doing(halt, () => halt.mutate({ params })),
    pause: doing(pause, () => pause.mutate({ params })),
    resume: doing(resume, (state) => resume.mutate({ params, body: from(state) })),
    retry: doing(retry, (state) =>
      retry.mutate({ params, body: from(state) }, { onSuccess: (begun) => goTo(begun.id) }),
    ),
    rollBack: doing(rollBack, () =>
      rollBack.mutate({ body: { project, config } }, { onSuccess: (begun) => goTo(begun.deployment) }),
    ),
  }
}

type ActButton = {
  readonly act: Doing
  readonly icon: IconName
  readonly words: string
  /** What it will do: the consequence. */
  readonly says?: string
  readonly color?: string
  readonly variant?: 'default' | 'light' | 'filled'
  readonly children?: ReactNode
}

function Act({ act, icon, words, says, color, variant = 'default', children }: ActButton) {
  return (
    <div className={styles['act']}>
      <div className={styles['buttons']}>
        <Button
          variant={variant}
          {...(color === undefined ? {} : { color })}
          leftSection={<Icon name={icon} size={13} />}
          loading={act.isPending}
          onClick={() => act.send()}
        >
          {words}
        </Button>
        {children}
      </div>
      {says === undefined ? null : <p className={styles['says']}>{says}</p>}
    </div>
  )
}

/** Where it begins, for who knows what is mended: checks, waits and hooks before that state are not asked again. */
function FromMenu({ deployment, act }: Of & { readonly act: Doing }) {
  const { t } = useWords()
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" px={8} aria-label={t('deploy.from')} disabled={act.isPending}>
          <Icon name="more" size={13} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('deploy.fromHint')}</Menu.Label>
        {deployment.offers.from.map((state) => (
          <Menu.Item key={state} onClick={() => act.send(state)}>
            {t('deploy.fromState', { state })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
