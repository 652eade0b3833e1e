/** What can be done with an execution: stop what runs, redrive what ended badly. One of the two, and it says what it does. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { RawJson } from '../../api/client.ts'
import { useAct } from '../../api/context.tsx'
import type { Execution } from '../../api/generated.ts'
import { Icon } from '../../parts/icons.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'
import { executionIdOf } from './names.ts'

type ActionsOf = {
  readonly id: string
  readonly execution: Execution
  /** What it was started with, JSON text; undefined until its history says so. */
  readonly input: string | undefined
}

export function ExecutionActions({ id, execution, input }: ActionsOf) {
  const { t } = useWords()
  const canRedrive = !['RUNNING', 'SUCCEEDED'].includes(execution.status) && execution.redriveObstacle === undefined
  return (
    <>
      <CopyLink />
      <Button
        variant="subtle"
        renderRoot={(props) => <Link to="/audit" search={{ subject: execution.arn }} {...props} />}
      >
        {t('execution.auditLink')}
      </Button>
      {execution.status === 'RUNNING' ? <Stop id={id} /> : null}
      {execution.status !== 'RUNNING' && execution.mapRun === undefined && input !== undefined ? (
        <StartAgain execution={execution} input={input} />
      ) : null}
      {canRedrive ? <Redrive id={id} /> : null}
    </>
  )
}

const saidForMs = 1500

/** The address holds what is looked at; it follows a moment after. */
function CopyLink() {
  const { t } = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(globalThis.location.href)
    setCopied(true)
    setTimeout(() => setCopied(false), saidForMs)
  }
  return (
    <Button
      variant="subtle"
      leftSection={<Icon name={isCopied ? 'check' : 'link'} size={13} />}
      onClick={() => void copy()}
    >
      {t(isCopied ? 'part.copied' : 'execution.copyLink')}
    </Button>
  )
}

/** By the same version or alias, which may have moved on; else by what the machine is now. */
function StartAgain({ execution, input }: { readonly execution: Execution; readonly input: string }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const start = useAct('executionStart')
  const machine = execution.alias ?? execution.version ?? execution.machine
  const onSuccess = ({ arn }: { readonly arn: string }): void =>
    void navigate({ to: '/executions/$execution', params: { execution: executionIdOf(arn) } })
  return (
    <>
      <MayButton
        needs={{ verb: 'execution.start' }}
        variant="default"
        title={t('execution.startAgainHint')}
        loading={start.isPending}
        onClick={() => start.mutate({ body: { machine, input: new RawJson(input) } }, { onSuccess })}
      >
        {t('execution.startAgain')}
      </MayButton>
      {start.isError ? <ProblemBox error={start.error} /> : null}
    </>
  )
}

function Redrive({ id }: { readonly id: string }) {
  const { t } = useWords()
  const redrive = useAct('executionRedrive')
  return (
    <>
      <MayButton
        needs={{ verb: 'execution.redrive' }}
        leftSection={<Icon name="again" size={13} />}
        loading={redrive.isPending}
        onClick={() => redrive.mutate({ params: { execution: id } })}
      >
        {t('execution.redrive')}
      </MayButton>
      {redrive.isError ? <ProblemBox error={redrive.error} /> : null}
    </>
  )
}

function Stop({ id }: { readonly id: string }) {
  const { t } = useWords()
  const [isOpen, dialog] = useDisclosure(false)
  const [reason, setReason] = useState('')
  const stop = useAct('executionStop')
  const send = (): void => {
    const body = reason.trim() === '' ? {} : { cause: reason.trim() }
    stop.mutate({ params: { execution: id }, body }, { onSuccess: dialog.close })
  }
  return (
    <>
      <MayButton
        needs={{ verb: 'execution.stop' }}
        variant="default"
        leftSection={<Icon name="stop" size={13} />}
        onClick={dialog.open}
      >
        {t('execution.stop')}
      </MayButton>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        closeButtonProps={{ 'aria-label': t('part.close') }}
        title={t('execution.stopTitle')}
      >
        <p>{t('execution.stopHint')}</p>
        <TextInput
          data-autofocus
          label={t('execution.stopReason')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {stop.isError ? <ProblemBox error={stop.error} /> : null}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={dialog.close}>
            {t('part.cancel')}
          </Button>
          <Button color="red" loading={stop.isPending} onClick={send}>
            {t('execution.stop')}
          </Button>
        </Group>
      </Modal>
    </>
  )
}
