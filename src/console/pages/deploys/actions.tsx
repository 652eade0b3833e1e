/** What can be done with a deployment. The likeliest next step is the primary one; each says its consequence. */
import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Deployment } from '../../api/generated.ts'
import { Icon } from '../../parts/icons.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'

type Of = { readonly deployment: Deployment }

export function DeployActions({ deployment }: Of) {
  const { status, course, control } = deployment
  if (status === 'running' && course === 'forward' && control !== 'halt')
    return <WhileRunning deployment={deployment} />
  if (status === 'paused') return <WhilePaused deployment={deployment} />
  if (status === 'failed' || status === 'halted') return <AfterFailure deployment={deployment} />
  return status === 'succeeded' ? <AfterSuccess deployment={deployment} /> : null
}

function WhileRunning({ deployment: { id } }: Of) {
  const { t } = useWords()
  const halt = useAct('deployHalt')
  const pause = useAct('deployPause')
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="pause" size={13} />}
        loading={pause.isPending}
        onClick={() => pause.mutate({ params: { id } })}
      >
        {t('deploy.pause')}
      </Button>
      <Halt isPending={halt.isPending} onHalt={() => halt.mutate({ params: { id } })} />
      <Faults errors={[halt.error, pause.error]} />
    </>
  )
}

function WhilePaused({ deployment: { id } }: Of) {
  const { t } = useWords()
  const halt = useAct('deployHalt')
  const resume = useAct('deployResume')
  return (
    <>
      <Halt isPending={halt.isPending} onHalt={() => halt.mutate({ params: { id } })} />
      <Button
        leftSection={<Icon name="play" size={13} />}
        loading={resume.isPending}
        onClick={() => resume.mutate({ params: { id } })}
      >
        {t('deploy.resume')}
      </Button>
      <Faults errors={[halt.error, resume.error]} />
    </>
  )
}

function Halt({ isPending, onHalt }: { readonly isPending: boolean; readonly onHalt: () => void }) {
  const { t } = useWords()
  return (
    <Button
      color="red"
      variant="light"
      leftSection={<Icon name="stop" size={13} />}
      loading={isPending}
      onClick={onHalt}
    >
      {t('deploy.halt')}
    </Button>
  )
}

function AfterFailure({ deployment: { id } }: Of) {
  const { t } = useWords()
  const navigate = useNavigate()
  const retry = useAct('deployRetry', ['places', 'locks'])
  const send = (): void =>
    retry.mutate(
      { params: { id } },
      { onSuccess: (begun) => void navigate({ to: '/deploys/$id', params: { id: begun.id } }) },
    )
  return (
    <>
      <Button leftSection={<Icon name="again" size={13} />} loading={retry.isPending} onClick={send}>
        {t('deploy.retry')}
      </Button>
      <Faults errors={[retry.error]} />
    </>
  )
}

/** Only where this one serves and there is something to go back to. */
function AfterSuccess({ deployment }: Of) {
  const { t } = useWords()
  const navigate = useNavigate()
  const { project, config, fleet } = deployment
  const place = useAnswer('placeStatus', { params: { project, config } })
  const rollBack = useAct('deployRollback', ['deployments', 'places', 'locks'])
  const { serving, warm, history = [] } = place.data ?? {}
  const hasOther = history.some((one) => one.committedAt !== null && one.fleet !== fleet)
  if (serving?.fleet !== fleet || !(warm !== null || hasOther)) return null
  const send = (): void =>
    rollBack.mutate(
      { body: { project, config } },
      { onSuccess: (begun) => void navigate({ to: '/deploys/$id', params: { id: begun.deployment } }) },
    )
  return (
    <>
      <Button leftSection={<Icon name="back" size={13} />} loading={rollBack.isPending} onClick={send}>
        {t(warm === null || warm === undefined ? 'deploy.rollBackCold' : 'deploy.rollBack')}
      </Button>
      <Faults errors={[rollBack.error]} />
    </>
  )
}

function Faults({ errors }: { readonly errors: readonly unknown[] }) {
  const [error] = errors.filter((one) => one !== null)
  return error === undefined ? null : <ProblemBox error={error} />
}
