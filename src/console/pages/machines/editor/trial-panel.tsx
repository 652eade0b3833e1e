/** One state alone, by the code that runs executions: what comes of an input, and what is computed on the way. */
import { useMemo, useState } from 'react'
import { isJsonText } from '../../../../base/index.ts'
import { RawJson } from '../../../api/client.ts'
import { useAct } from '../../../api/context.tsx'
import type { TestedState } from '../../../api/generated.ts'
import { useMay } from '../../../api/use-may.ts'
import { Choice } from '../../../parts/choice.tsx'
import { JsonTree } from '../../../parts/json/tree.tsx'
import { MayButton } from '../../../parts/may-button.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { State } from '../../../parts/state.tsx'
import { Switch } from '../../../parts/switch.tsx'
import { useWords } from '../../../words/index.tsx'
import styles from './editor.module.css'
import { jsonLanguage } from '@codemirror/lang-json'
import { freshMock, type Mock } from './mock-case.ts'
import { MockFields, PayloadField } from './mocks.tsx'
import { statesIn } from './places.ts'

type PanelOf = {
  readonly definition: string
  readonly state: string | undefined
  readonly onState: (state: string | undefined) => void
}

const levels = ['INFO', 'DEBUG', 'TRACE'] as const
type Level = (typeof levels)[number]

export function TrialPanel({ definition, state, onState }: PanelOf) {
  const { t } = useWords()
  const [input, setInput] = useState('{}')
  const [variables, setVariables] = useState('{}')
  const [mock, setMock] = useState<Mock>()
  const test = useAct('stateTest')
  const may = useMay()
  const names = useMemo(
    () => statesIn(jsonLanguage.parser.parse(definition), definition).map(({ name }) => name),
    [definition],
  )
  const texts = [input, variables, ...(mock?.kind === 'output' ? [mock.output] : [])]
  const isReady = state !== undefined && texts.every(isJsonText)
  const send = (): void => {
    if (state === undefined || !may('state.test')) return
    test.mutate({
      body: { definition, state, input: new RawJson(input), variables: new RawJson(variables), ...mockToSend(mock) },
    })
  }
  return (
    <div className={styles['run']}>
      <form
        className={styles['caseForm']}
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <p className={styles['quiet']}>{t('machine.tryHint')}</p>
        <Choice
          label={t('machine.tryState')}
          any={t('machine.tryChoose')}
          value={state}
          options={names.map((name) => [name, name] as const)}
          onChoose={onState}
        />
        <PayloadField label={t('machine.caseInput')} value={input} onChange={setInput} />
        <PayloadField label={t('machine.tryVariables')} value={variables} onChange={setVariables} />
        <TriedMock mock={mock} onMock={setMock} />
        <MayButton needs={{ verb: 'state.test' }} type="submit" disabled={!isReady} loading={test.isPending}>
          {t('machine.tryGo')}
        </MayButton>
        {test.isError ? <ProblemBox error={test.error} /> : null}
      </form>
      {test.data === undefined ? null : <Result tested={test.data} />}
    </div>
  )
}

function Result({ tested }: { readonly tested: TestedState }) {
  const { t } = useWords()
  const [level, setLevel] = useState<Level>('DEBUG')
  return (
    <div className={styles['result']}>
      <Switch
        label={t('machine.level')}
        value={level}
        options={levels.map((one) => [one, t(`machine.level_${one}`)] as const)}
        onChoose={setLevel}
      />
      <Tried tested={tested} level={level} />
    </div>
  )
}

type TriedMockOf = { readonly mock: Mock | undefined; readonly onMock: (mock: Mock | undefined) => void }

/** What its task is taken to answer, or that it is really called. */
function TriedMock({ mock, onMock }: TriedMockOf) {
  const { t } = useWords()
  return (
    <div className={styles['mock']}>
      <Choice
        label={t('machine.tryMock')}
        any={t('machine.tryMock_none')}
        value={mock?.kind}
        options={(['output', 'error'] as const).map((kind) => [kind, t(`machine.mock_${kind}`)] as const)}
        onChoose={(kind) => onMock(kind === undefined ? undefined : { ...(mock ?? freshMock), kind })}
      />
      {mock === undefined ? null : (
        <MockFields isTimed={false} label={t('machine.tryMock')} mock={mock} onChange={onMock} />
      )}
    </div>
  )
}

function mockToSend(mock: Mock | undefined) {
  if (mock === undefined || mock.kind === 'silent') return {}
  if (mock.kind === 'output') return { result: new RawJson(mock.output), validation: 'NONE' as const }
  return { failure: { error: mock.error, ...(mock.cause === '' ? {} : { cause: mock.cause }) } }
}

const tones = { SUCCEEDED: 'done', FAILED: 'failed', RETRIABLE: 'waiting', CAUGHT_ERROR: 'halted' } as const

function Tried({ tested, level }: { readonly tested: TestedState; readonly level: Level }) {
  const { t } = useWords()
  const { status, error, cause, nextState, output } = tested
  return (
    <>
      <div className={styles['row']} role="status">
        <State tone={tones[status]} word={t(`machine.tried_${status}`)} strong />
        {error === undefined ? null : <code>{error}</code>}
        {nextState === undefined ? null : <span>{t('machine.triedNext', { state: nextState })}</span>}
      </div>
      {cause === undefined ? null : <p className={styles['fault']}>{cause}</p>}
      {level === 'INFO' ? (
        output === undefined ? null : (
          <Part name={t('execution.output')} value={output} />
        )
      ) : level === 'DEBUG' ? (
        <DataFlow tested={tested} />
      ) : (
        <Wire tested={tested} />
      )}
    </>
  )
}

function DataFlow({ tested: { inspection, output } }: { readonly tested: TestedState }) {
  const { t } = useWords()
  const { request: _, response: __, ...steps } = inspection
  const told = Object.entries(steps).filter(([, value]) => value !== undefined)
  return (
    <div className={styles['columns']}>
      {told.map(([name, value]) => (
        <Part key={name} name={name} value={value} />
      ))}
      {output === undefined ? null : <Part name={t('execution.output')} value={output} />}
    </div>
  )
}

function Wire({ tested: { inspection } }: { readonly tested: TestedState }) {
  const { t } = useWords()
  const { request, response } = inspection
  if (request === undefined) return <p className={styles['quiet']}>{t('machine.noHttp')}</p>
  return (
    <div className={styles['columns']}>
      <Part name="request" value={request} />
      {response === undefined ? null : <Part name="response" value={response} />}
    </div>
  )
}

function Part({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <section>
      <h4>{name}</h4>
      <JsonTree text={JSON.stringify(value)} label={name} />
    </section>
  )
}
