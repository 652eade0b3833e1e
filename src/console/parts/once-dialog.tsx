/** Making something that has a secret: the form, and once it is made the secret, which closes by its button only. */
import { Button, Group, Modal } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useWords } from '../words/index.tsx'
import styles from './details.module.css'
import { Once } from './once.tsx'
import { ProblemBox } from './problem.tsx'

type Made = { readonly title: string; readonly secret: string; readonly next: ReactNode }

type OnceDialog = {
  readonly title: string
  /** Of the button that makes it. */
  readonly words: string
  readonly isReady: boolean
  readonly isPending: boolean
  readonly error: unknown
  readonly onMake: () => void
  readonly onClose: () => void
  readonly made: Made | undefined
  /** The fields. */
  readonly children: ReactNode
}

export function OnceDialog(dialog: OnceDialog) {
  const { title, made, onClose } = dialog
  return (
    <Frame title={made?.title ?? title} isHeld={dialog.isPending || made !== undefined} onClose={onClose}>
      {made === undefined ? <Form {...dialog} /> : <Shown made={made} onClose={onClose} />}
    </Frame>
  )
}

/** What was made elsewhere than in a dialog with a form. */
export function MadeDialog({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  return (
    <Frame title={made.title} isHeld onClose={onClose}>
      <Shown made={made} onClose={onClose} />
    </Frame>
  )
}

type Frame = {
  readonly title: string
  /** A click beside it or Escape would throw away what nobody can show again. */
  readonly isHeld: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

function Frame({ title, isHeld, onClose, children }: Frame) {
  const { t } = useWords()
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      closeOnClickOutside={!isHeld}
      closeOnEscape={!isHeld}
      closeButtonProps={{ 'aria-label': t('part.close') }}
      title={title}
    >
      {children}
    </Modal>
  )
}

function Shown({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const { t } = useWords()
  return (
    <div className={styles['details']}>
      <Once secret={made.secret} />
      {made.next}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('part.close')}</Button>
      </Group>
    </div>
  )
}

function Form({ words, isReady, isPending, error, onMake, onClose, children }: OnceDialog) {
  const { t } = useWords()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onMake()
  }
  return (
    <form className={styles['details']} onSubmit={submit}>
      {children}
      {error === null || error === undefined ? null : <ProblemBox error={error} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('part.cancel')}
        </Button>
        <Button type="submit" disabled={!isReady} loading={isPending}>
          {words}
        </Button>
      </Group>
    </form>
  )
}
