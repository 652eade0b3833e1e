/** What can be done with an execution: stop what runs, redrive what ended badly. One of the two, and it says what it does. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../../api/context.tsx'
import type { Execution } from '../../api/generated.ts'
import { Icon } from '../../parts/icons.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'

export function ExecutionActions({ id, execution }: { readonly id: string; readonly execution: Execution }) {
  const { t } = useWords()
  const canRedrive = !['RUNNING', 'SUCCEEDED'].includes(execution.status) && execution.redriveObstacle === undefined
  return (
    <>
      <Button
        variant="subtle"
        renderRoot={(props) => <Link to="/audit" search={{ subject: execution.arn }} {...props} />}
      >
        {t('execution.auditLink')}
      </Button>
      {execution.status === 'RUNNING' ? <Stop id={id} /> : null}
      {canRedrive ? <Redrive id={id} /> : null}
    </>
  )
}

function Redrive({ id }: { readonly id: string }) {
  const { t } = useWords()
  const redrive = useAct('executionRedrive')
  return (
    <>
      <Button
        leftSection={<Icon name="again" size={13} />}
        loading={redrive.isPending}
        onClick={() => redrive.mutate({ params: { execution: id } })}
      >
        {t('execution.redrive')}
      </Button>
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
      <Button variant="default" leftSection={<Icon name="stop" size={13} />} onClick={dialog.open}>
        {t('execution.stop')}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t('execution.stopTitle')}>
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
