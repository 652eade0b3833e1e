/** One thing of a list, whole: its facts, and what can be done with it, with the consequence said beside the button. */
import { Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'
import styles from './details.module.css'
import { MayButton, type Needs } from './may-button.tsx'
import { Facts } from './page.tsx'
import { ProblemBox } from './problem.tsx'

type Fact = readonly [name: string, value: ReactNode]

type Details = {
  readonly title: ReactNode
  /** Its state, in the first line. */
  readonly status?: ReactNode
  readonly facts: readonly Fact[]
  readonly onClose: () => void
  readonly act?: Act | undefined
  readonly children?: ReactNode
  /** What else is done to it, seldom: under what people come for. */
  readonly more?: ReactNode
}

export type Act = {
  readonly words: string
  /** What it does to whom, before it is done. */
  readonly consequence: ReactNode
  readonly isPending: boolean
  readonly error: unknown
  readonly isReady?: boolean
  readonly needs?: Needs
  /** What Enter does: for what can be taken back. */
  readonly isFirst?: boolean
  /** It takes something away. */
  readonly isDangerous?: boolean
  readonly onAct: () => void
}

export function Details({ title, status, facts, onClose, act, children, more }: Details) {
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={useCloseLabel()}>
      <div className={styles['details']}>
        {status}
        {facts.length === 0 ? null : <Facts facts={facts} />}
        {children}
        {act === undefined ? null : <Acting act={act} onClose={onClose} />}
        {more}
      </div>
    </Modal>
  )
}

/** The consequence, then the button that has it. */
export function Acting({ act, onClose }: { readonly act: Act; readonly onClose: () => void }) {
  const { t } = useWords()
  const {
    words,
    consequence,
    isPending,
    error,
    isReady = true,
    isFirst = false,
    isDangerous = false,
    needs,
    onAct,
  } = act
  return (
    <div className={styles['act']}>
      <p>{consequence}</p>
      {error === null || error === undefined ? null : <ProblemBox error={error} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('part.close')}
        </Button>
        <MayButton
          needs={needs}
          {...(isDangerous ? { color: 'red' } : {})}
          {...(isFirst ? { 'data-autofocus': true } : {})}
          variant={isDangerous ? 'light' : 'filled'}
          disabled={!isReady}
          loading={isPending}
          onClick={onAct}
        >
          {words}
        </MayButton>
      </Group>
    </div>
  )
}

function useCloseLabel() {
  const { t } = useWords()
  return { 'aria-label': t('part.close') }
}
