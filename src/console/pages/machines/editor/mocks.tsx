/** What each task answers, attempt by attempt, and what readers would have read. */
import { ActionIcon, Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { isJsonText } from '../../../../base/index.ts'
import { Icon } from '../../../parts/icons.tsx'
import { useWords } from '../../../words/index.tsx'
import styles from './editor.module.css'
import { answeringIn, freshMock, type Mock, type MockCase } from './mock-case.ts'

type MocksOf = {
  readonly definition: string
  readonly testCase: MockCase
  readonly onChange: (changed: MockCase) => void
}

export function Mocks({ definition, testCase, onChange }: MocksOf) {
  const { t } = useWords()
  const found = useMemo(() => answeringIn(definition), [definition])
  const { mocks, items } = testCase
  // While the text is no JSON, what was said stays to be seen.
  const { tasks, readers } = found ?? { tasks: Object.keys(mocks), readers: Object.keys(items) }
  const change = (state: string, answers: readonly Mock[]): void =>
    onChange({ ...testCase, mocks: { ...mocks, [state]: answers } })
  return (
    <fieldset className={styles['mocks']}>
      <legend>{t('machine.mocks')}</legend>
      {tasks.length === 0 ? <p className={styles['quiet']}>{t('machine.noTasks')}</p> : null}
      {tasks.map((state) => (
        <TaskMocks
          key={state}
          state={state}
          answers={mocks[state] ?? []}
          onChange={(answers) => change(state, answers)}
        />
      ))}
      {readers.map((state) => (
        <PayloadField
          key={state}
          label={`${state}: ${t('machine.mockItems')}`}
          value={items[state] ?? ''}
          onChange={(text) => onChange({ ...testCase, items: { ...items, [state]: text } })}
        />
      ))}
    </fieldset>
  )
}

type TaskOf = {
  readonly state: string
  readonly answers: readonly Mock[]
  readonly onChange: (answers: readonly Mock[]) => void
}

function TaskMocks({ state, answers, onChange }: TaskOf) {
  const { t } = useWords()
  return (
    <section className={styles['task']}>
      <h3>{state}</h3>
      {answers.map((mock, index) => (
        <div key={index} className={styles['mock']}>
          <span className={styles['quiet']}>
            {index === answers.length - 1 && index > 0
              ? t('machine.mockLast')
              : t('machine.mockAttempt', { number: index + 1 })}
          </span>
          <MockFields
            label={t('machine.mockOf', { number: index + 1, state })}
            mock={mock}
            onChange={(changed) => onChange(answers.with(index, changed))}
          />
          <ActionIcon
            aria-label={`${t('machine.mockDrop')}: ${t('machine.mockOf', { number: index + 1, state })}`}
            onClick={() => onChange(answers.toSpliced(index, 1))}
          >
            <Icon name="close" size={12} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<Icon name="add" size={12} />}
        aria-label={`${t('machine.mockAdd')}: ${state}`}
        onClick={() => onChange([...answers, freshMock])}
      >
        {t('machine.mockAdd')}
      </Button>
    </section>
  )
}

const kinds = ['output', 'error', 'silent'] as const

type FieldsOf = {
  readonly label: string
  readonly mock: Mock
  readonly onChange: (mock: Mock) => void
  /** Virtual time matters where more than the state runs. */
  readonly isTimed?: boolean
}

export function MockFields({ label, mock, onChange, isTimed = true }: FieldsOf) {
  const { t } = useWords()
  const { kind, output, error, cause, after } = mock
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={label}
        value={kind}
        data={kinds.map((one) => ({ value: one, label: t(`machine.mock_${one}`) }))}
        onChange={(event) =>
          onChange({ ...mock, kind: kinds.find((one) => one === event.currentTarget.value) ?? 'output' })
        }
      />
      {kind === 'output' ? (
        <PayloadField
          label={`${label}: JSON`}
          isHidden
          value={output}
          onChange={(text) => onChange({ ...mock, output: text })}
        />
      ) : kind === 'error' ? (
        <>
          <TextInput
            aria-label={`${label}: ${t('machine.mockError')}`}
            placeholder={t('machine.mockError')}
            value={error}
            onChange={(event) => onChange({ ...mock, error: event.currentTarget.value.trim() })}
          />
          <TextInput
            aria-label={`${label}: ${t('machine.mockCause')}`}
            placeholder={t('machine.mockCause')}
            value={cause}
            onChange={(event) => onChange({ ...mock, cause: event.currentTarget.value })}
          />
        </>
      ) : null}
      {kind === 'silent' || !isTimed ? null : (
        <TextInput
          className={styles['after'] ?? ''}
          aria-label={`${label}: ${t('machine.mockAfter')}`}
          placeholder={`${t('machine.mockAfter')} 2s`}
          value={after}
          onChange={(event) => onChange({ ...mock, after: event.currentTarget.value.trim() })}
        />
      )}
    </>
  )
}

type PayloadOf = {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  /** Its name is only for who hears the page. */
  readonly isHidden?: boolean
}

export function PayloadField({ label, value, onChange, isHidden = false }: PayloadOf) {
  const isFaulty = value !== '' && !isJsonText(value)
  return (
    <Textarea
      autosize
      size="xs"
      minRows={1}
      maxRows={10}
      spellCheck={false}
      className={styles['payload'] ?? ''}
      error={isFaulty}
      {...(isHidden ? { 'aria-label': label } : { label })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
