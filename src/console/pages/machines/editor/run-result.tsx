/** What came of a run with mocks: its end, its path through virtual time, the data of a stay, and the way to CI. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Row } from '../../../../asl/index.ts'
import { toneOfStatus } from '../../../../base/index.ts'
import type { Rehearsed } from '../../../api/generated.ts'
import { Command } from '../../../parts/command.tsx'
import { JsonDifference } from '../../../parts/json/difference.tsx'
import { JsonTree } from '../../../parts/json/tree.tsx'
import { State, StateIcon } from '../../../parts/state.tsx'
import { durationWords } from '../../../parts/times.ts'
import { useWords, type Words } from '../../../words/index.tsx'
import styles from './editor.module.css'
import { caseFile } from './mock-case.ts'
import { type RunStory, stayData } from './run-story.ts'
import type { Run } from './use-run.ts'

type ResultOf = {
  readonly run: Run
  readonly machine: string
  readonly onSelect: (row: Row) => void
  readonly onMock: (state: string) => void
}

export function RunResult({ run, machine, onSelect, onMock }: ResultOf) {
  const { t } = useWords()
  const { story, isStale } = run
  const [chosen, setChosen] = useState<number>()
  if (story === undefined) return <p className={styles['empty']}>{t('machine.notRun')}</p>
  const { result, rows, failed } = story
  const row = rows.find(({ enteredId }) => enteredId === chosen) ?? failed ?? rows.at(-1)
  return (
    <div className={styles['result']}>
      <div className={styles['row']} role="status">
        <State tone={toneOfResult(result)} word={endWords(t, story)} strong />
        <span className={styles['quiet']}>{t('machine.ranTime', { time: durationWords(result.elapsedMs) })}</span>
        {isStale ? <span className={styles['quiet']}>{t('machine.ranStale')}</span> : null}
      </div>
      {unmockedStates(result).map((state) => (
        <div key={state} className={styles['row']}>
          <StateIcon tone="halted" />
          <span>{t('machine.unmocked', { state })}</span>
          <Button size="compact-xs" variant="default" onClick={() => onMock(state)}>
            {t('machine.unmockedAdd')}
          </Button>
        </div>
      ))}
      <div className={styles['outcome']}>
        <Path
          story={story}
          selected={row?.enteredId}
          onSelect={(stay) => {
            setChosen(stay.enteredId)
            onSelect(stay)
          }}
        />
        <div className={styles['data']}>{row === undefined ? null : <Data story={story} row={row} />}</div>
      </div>
      <Export run={run} machine={machine} />
    </div>
  )
}

const unmockedStates = ({ unanswered }: Rehearsed): readonly string[] => [
  ...new Set(unanswered.map(({ state }) => state)),
]

const toneOfResult = ({ status }: Rehearsed) => (status === 'RUNNING' ? 'waiting' : toneOfStatus(status))

function endWords(t: Words['t'], { result: { status, error = '' }, failed }: RunStory): string {
  if (status === 'FAILED' && failed !== undefined) return t('machine.ranFAILED_at', { state: failed.name, error })
  return t(`machine.ran_${status}`, { error })
}

type PathOf = {
  readonly story: RunStory
  readonly selected: number | undefined
  readonly onSelect: (row: Row) => void
}

const mostShown = 500

function Path({ story: { rows, startedAt }, selected, onSelect }: PathOf) {
  const { t } = useWords()
  return (
    <ol className={styles['path']} aria-label={t('machine.ranPath')}>
      {rows.slice(0, mostShown).map((row) => (
        <li key={row.enteredId}>
          <button
            type="button"
            aria-pressed={row.enteredId === selected}
            style={{ paddingLeft: 8 + depthOf(row) * 12 }}
            onClick={() => onSelect(row)}
          >
            <StateIcon tone={row.tone} size={12} />
            <span className={styles['name']}>{row.name}</span>
            {row.attempts > 1 ? <span>↻{row.attempts}</span> : null}
            <span className={styles['time']}>+{durationWords(row.enteredAt - startedAt)}</span>
            <span className={styles['time']}>
              {row.endedAt === undefined ? '…' : durationWords(row.endedAt - row.enteredAt)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

function depthOf({ inside }: Row): number {
  return inside === undefined ? 0 : 1 + depthOf(inside.row)
}

function Data({ story, row }: { readonly story: RunStory; readonly row: Row }) {
  const { t } = useWords()
  const { input, arguments: given, result, output, error, cause, variables } = stayData(story, row)
  const why = error ?? (row === story.failed ? story.result.error : undefined)
  const parts = [
    ['input', input],
    ['arguments', given],
    ['result', result],
    ['output', output],
  ] as const
  return (
    <>
      <h3>{row.name}</h3>
      {why === undefined ? null : (
        <p className={styles['fault']}>
          <strong>{why}</strong> {cause ?? (row === story.failed ? story.result.cause : undefined)}
        </p>
      )}
      {parts.map(([name, text]) =>
        text === undefined ? null : (
          <section key={name}>
            <h4>{t(`execution.${name}`)}</h4>
            <JsonTree text={text} label={t(`execution.${name}`)} />
          </section>
        ),
      )}
      {input === undefined || output === undefined ? null : (
        <section>
          <h4>{t('execution.flowHint')}</h4>
          <JsonDifference before={input} after={output} />
        </section>
      )}
      {Object.entries(variables).map(([name, text]) => (
        <section key={name}>
          <h4>
            {t('execution.variables')}: ${name}
          </h4>
          <JsonTree text={text} label={name} />
        </section>
      ))}
    </>
  )
}

function Export({ run: { cases, results, definition }, machine }: { readonly run: Run; readonly machine: string }) {
  const { t } = useWords()
  const [file, machineFile] = [`${machine}.test.json`, `${machine}.asl.json`]
  return (
    <details className={styles['export']}>
      <summary>{t('machine.export')}</summary>
      <p>{t('machine.exportHint')}</p>
      <div className={styles['row']}>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => download(file, caseFile(`./${machineFile}`, cases, results))}
        >
          {t('machine.exportCases')}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => download(machineFile, definition)}>
          {t('machine.exportDefinition')}
        </Button>
      </div>
      <Command text={`holdfast asl test ${file}`} />
    </details>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
