/** Fix and continue: the input of the state that failed, edited; the difference is shown before it goes on. */
import { Button, Group, Modal, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Row } from '../../../asl/index.ts'
import { differencesBetween, JsonSyntaxError, parseJson, printJson } from '../../../base/index.ts'
import { RawJson } from '../../api/client.ts'
import { useAct } from '../../api/context.tsx'
import { Icon } from '../../parts/icons.tsx'
import { JsonDifference } from '../../parts/json/difference.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'
import { textOf } from './data.ts'
import styles from './execution.module.css'
import { indented } from './indented.ts'
import type { Moment } from './moment.ts'

type FixOf = { readonly id: string; readonly stay: Row; readonly moment: Moment }

export function Fix({ id, stay, moment }: FixOf) {
  const { t } = useWords()
  const [isOpen, dialog] = useDisclosure(false)
  const before = textOf(moment.eventsOf(stay)[0], 'input')
  if (before === undefined) return null
  return (
    <>
      <MayButton
        needs={{ verb: 'execution.continue' }}
        size="compact-sm"
        leftSection={<Icon name="play" size={12} />}
        onClick={dialog.open}
      >
        {t('execution.fix')}
      </MayButton>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        closeButtonProps={{ 'aria-label': t('part.close') }}
        size="xl"
        title={t('execution.fixTitle', { state: stay.name })}
      >
        <Editor id={id} stay={stay} before={before} onDone={dialog.close} />
      </Modal>
    </>
  )
}

type EditorOf = { readonly id: string; readonly stay: Row; readonly before: string; readonly onDone: () => void }

function Editor({ id, stay, before, onDone }: EditorOf) {
  const { t } = useWords()
  const [text, setText] = useState(() => indented(before))
  const goOn = useAct('executionContinue', ['trail'])
  const checked = useChecked(before, useDeferredValue(text))
  const send = (): void => {
    const body = { input: new RawJson(text), visit: stay.enteredId }
    goOn.mutate({ params: { execution: id }, body }, { onSuccess: onDone })
  }
  const isReady = checked.kind === 'changed'
  return (
    <>
      <p>{t('execution.fixHint')}</p>
      <Textarea
        data-autofocus
        label={t('execution.input')}
        autosize
        minRows={6}
        maxRows={18}
        spellCheck={false}
        classNames={{ input: styles['editor'] ?? '' }}
        value={text}
        error={checked.kind === 'wrong' ? t('execution.noJson', { reason: checked.reason }) : undefined}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <section className={styles['fixed']} aria-live="polite">
        <h3>{t('execution.fixDifference')}</h3>
        {checked.kind === 'changed' ? (
          <JsonDifference before={before} after={checked.text} />
        ) : (
          <p className={styles['quiet']}>{t('execution.fixUnchanged')}</p>
        )}
      </section>
      {goOn.isError ? <ProblemBox error={goOn.error} /> : null}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onDone}>
          {t('part.cancel')}
        </Button>
        <Button disabled={!isReady} loading={goOn.isPending} onClick={send}>
          {t('execution.fixConfirm', { state: stay.name })}
        </Button>
      </Group>
    </>
  )
}

type Checked =
  | { readonly kind: 'wrong'; readonly reason: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly text: string }

function useChecked(before: string, text: string): Checked {
  return useMemo(() => {
    try {
      const value = parseJson(text)
      return differencesBetween(parseJson(before), value).length === 0
        ? { kind: 'same' }
        : { kind: 'changed', text: printJson(value) }
    } catch (error) {
      return { kind: 'wrong', reason: error instanceof JsonSyntaxError ? error.message : String(error) }
    }
  }, [before, text])
}
