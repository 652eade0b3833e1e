/** Before something is done from the palette: what it does to whom. Enter does it. */
import { useNavigate } from '@tanstack/react-router'
import { useAct } from '../api/context.tsx'
import { Details } from '../parts/details.tsx'
import { useWords } from '../words/index.tsx'
import type { Deed } from './deeds.ts'

export function DeedDialog({ deed, onClose }: { readonly deed: Deed; readonly onClose: () => void }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const { kind, id, project, config, release = '' } = deed
  const { isPending, error, send } = useDeed(deed, (deployment) => {
    onClose()
    void navigate({ to: '/deploys/$id', params: { id: deployment } })
  })
  return (
    <Details
      title={t(`shell.do_${kind}`, { place: `${project} › ${config}`, release })}
      facts={kind === 'rollBack' ? [] : [['ID', <code key="id">{id}</code>]]}
      onClose={onClose}
      act={{
        words: t(`shell.yes_${kind}`),
        consequence: t(`shell.means_${kind}`, { release }),
        isPending,
        error,
        isFirst: true,
        onAct: send,
      }}
    />
  )
}

/** `onDone` with the deployment to look at then. */
function useDeed({ kind, id, project, config }: Deed, onDone: (deployment: string) => void) {
  const also = ['deployments', 'places', 'locks']
  const halt = useAct('deployHalt', also)
  const pause = useAct('deployPause', also)
  const resume = useAct('deployResume', also)
  const rollBack = useAct('deployRollback', also)
  const onSuccess = (): void => onDone(id)
  const acts = {
    halt: { act: halt, send: () => halt.mutate({ params: { id } }, { onSuccess }) },
    pause: { act: pause, send: () => pause.mutate({ params: { id } }, { onSuccess }) },
    resume: { act: resume, send: () => resume.mutate({ params: { id } }, { onSuccess }) },
    rollBack: {
      act: rollBack,
      send: () => rollBack.mutate({ body: { project, config } }, { onSuccess: ({ deployment }) => onDone(deployment) }),
    },
  }
  const { act, send } = acts[kind]
  return { isPending: act.isPending, error: act.error, send }
}
