/** A run with mocks: what goes in, what tasks answer, and what came of it. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Row } from '../../../../asl/index.ts'
import { Choice } from '../../../parts/choice.tsx'
import { Icon } from '../../../parts/icons.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { useWords } from '../../../words/index.tsx'
import type { MachineEditSearch } from '../search.ts'
import styles from './editor.module.css'
import { faultyPlaces, freshCase, freshMock, type MockCase } from './mock-case.ts'
import { Mocks, PayloadField } from './mocks.tsx'
import { RunResult } from './run-result.tsx'
import type { Run } from './use-run.ts'

type PanelOf = {
  readonly run: Run
  readonly isValid: boolean
  readonly machine: string
  readonly search: MachineEditSearch
  readonly onChange: (changed: MachineEditSearch) => void
}

export function RunPanel({ run, isValid, machine, search, onChange }: PanelOf) {
  const { t } = useWords()
  const { cases, change } = run
  const current = cases.find(({ name }) => name === search.case) ?? cases[0] ?? freshCase('first')
  const faults = faultyPlaces(current)
  const edit = (changed: MockCase): void => change(cases.map((one) => (one.name === current.name ? changed : one)))
  const select = (row: Row): void => onChange({ state: row.name })
  return (
    <div className={styles['run']}>
      <form
        className={styles['caseForm']}
        onSubmit={(event) => {
          event.preventDefault()
          run.start(current)
        }}
      >
        <div className={styles['row']}>
          <Button
            type="submit"
            leftSection={<Icon name="play" size={13} />}
            disabled={!isValid || faults.length > 0}
            loading={run.isRunning}
          >
            {t('machine.runGo')}
          </Button>
          <CaseBar run={run} current={current} onChoose={(name) => onChange({ case: name })} />
        </div>
        {run.error === null ? null : <ProblemBox error={run.error} />}
        <PayloadField
          label={t('machine.caseInput')}
          value={current.input}
          onChange={(input) => edit({ ...current, input })}
        />
        <Mocks definition={run.definition} testCase={current} onChange={edit} />
        <TextInput
          label={t('machine.caseStart')}
          placeholder="2026-01-01T00:00:00Z"
          value={current.startAt}
          onChange={(event) => edit({ ...current, startAt: event.currentTarget.value.trim() })}
        />
        {faults.map((place) => (
          <p key={place} className={styles['fault']} role="status">
            {t('machine.mockFault', { place })}
          </p>
        ))}
        {isValid ? null : <p className={styles['fault']}>{t('machine.runFaulty')}</p>}
        <p className={styles['quiet']}>{t('machine.runHint')}</p>
      </form>
      <RunResult
        run={run}
        machine={machine}
        onSelect={select}
        onMock={(state) => edit({ ...current, mocks: { ...current.mocks, [state]: mocksFor(current, state) } })}
      />
    </div>
  )
}

const mocksFor = ({ mocks }: MockCase, state: string) => [...(mocks[state] ?? []), freshMock]

type BarOf = { readonly run: Run; readonly current: MockCase; readonly onChoose: (name: string | undefined) => void }

function CaseBar({ run: { cases, change }, current, onChoose }: BarOf) {
  const { t } = useWords()
  const [name, setName] = useState(current.name)
  const [of, setOf] = useState(current.name)
  if (of !== current.name) {
    setOf(current.name)
    setName(current.name)
  }
  const rename = (): void => {
    const wanted = name.trim()
    if (wanted === '' || cases.some((one) => one.name === wanted)) return setName(current.name)
    change(cases.map((one) => (one === current ? { ...one, name: wanted } : one)))
    onChoose(wanted)
  }
  const add = (): void => {
    const fresh = { ...current, name: unusedName(cases) }
    change([...cases, fresh])
    onChoose(fresh.name)
  }
  return (
    <div className={styles['row']}>
      {cases.length < 2 ? null : (
        <Choice
          label={t('machine.case')}
          any={t('machine.case')}
          value={current.name}
          options={cases.map((one) => [one.name, one.name] as const)}
          onChoose={onChoose}
        />
      )}
      <TextInput
        aria-label={t('machine.caseName')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={rename}
      />
      <Button size="compact-xs" variant="default" onClick={add}>
        {t('machine.caseNew')}
      </Button>
      {cases.length < 2 ? null : (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => {
            change(cases.filter((one) => one !== current))
            onChoose(undefined)
          }}
        >
          {t('machine.caseRemove')}
        </Button>
      )}
    </div>
  )
}

function unusedName(cases: readonly MockCase[]): string {
  let number = cases.length + 1
  while (cases.some(({ name }) => name === `case ${number}`)) number++
  return `case ${number}`
}
