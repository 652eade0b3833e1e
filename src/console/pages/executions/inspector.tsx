/** What a state did: input → arguments → result → output, with the difference it made, and each attempt. */
import { useMemo } from 'react'
import type { Row } from '../../../asl/index.ts'
import { parseJson, printJson } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import type { Execution } from '../../api/generated.ts'
import { Choice } from '../../parts/choice.tsx'
import { JsonDifference } from '../../parts/json/difference.tsx'
import { type Ask, JsonTree } from '../../parts/json/tree.tsx'
import { State } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { type Attempt, dataOf, type StayData, textOf } from './data.ts'
import { wordsOf } from './events.tsx'
import styles from './execution.module.css'
import { Lineage } from './lineage/lineage.tsx'
import { stateIn } from './lineage/facts.ts'
import { canFix } from './fixable.ts'
import { Fix } from './fix.tsx'
import { MapRunSummary } from './map-run.tsx'
import type { Moment } from './moment.ts'
import { MomentPanel, Variables } from './moment-panel.tsx'
import { IterationTable } from './iterations.tsx'
import { type ExecutionSearch, type InspectorTab, inspectorTabs, type Trace } from './search.ts'
import type { Story, StoryEvent } from './story.ts'

type InspectorOf = {
  readonly id: string
  readonly execution: Execution
  readonly moment: Moment
  readonly search: ExecutionSearch
  readonly onChange: (changed: ExecutionSearch) => void
}

export function Inspector({ id, execution, moment, search, onChange }: InspectorOf) {
  const { t } = useWords()
  const { state, tab = 'flow' } = search
  if (state === undefined)
    return moment.at === undefined ? (
      <WholeExecution story={moment.story} execution={execution} />
    ) : (
      <MomentPanel moment={moment} onSelect={(row) => onChange({ state: row.name, visit: row.enteredId })} />
    )
  const stays = moment.stays(state)
  const stay = stays.find(({ enteredId }) => enteredId === search.visit) ?? stays.findLast(isTelling) ?? stays.at(-1)
  return (
    <>
      <div className={styles['head']}>
        <h2>{state}</h2>
        {stay === undefined ? null : <State tone={stay.tone} />}
        <Visits stays={stays} stay={stay} onChoose={(visit) => onChange({ visit })} />
        <span className={styles['spring']} />
        {stay === undefined || !canFix(execution, moment, stay) ? null : <Fix id={id} stay={stay} moment={moment} />}
        <Switch
          label={t('execution.state')}
          value={tab}
          options={tabsOf(stay).map((one) => [one, t(`execution.${one}`)] as const)}
          onChoose={(one) => onChange({ tab: one })}
        />
      </div>
      {tab === 'definition' ? (
        <Definition id={id} state={state} />
      ) : stay === undefined ? (
        <p className={styles['empty']}>{t('execution.notReached')}</p>
      ) : tab === 'iterations' && stay.mapRun !== undefined ? (
        <MapRunSummary arn={stay.mapRun} />
      ) : tab === 'iterations' ? (
        <IterationTable
          moment={moment}
          map={stay}
          onSelect={(row) => onChange({ state: row.name, visit: row.enteredId, tab: 'flow' })}
        />
      ) : (
        <Stay id={id} moment={moment} row={stay} tab={tab} trace={search.trace} onChange={onChange} />
      )}
    </>
  )
}

const tabsOf = (stay: Row | undefined): readonly InspectorTab[] =>
  stay?.type === 'Map' ? inspectorTabs : inspectorTabs.filter((one) => one !== 'iterations')

/** Of many, the one that failed is the one that is looked for. */
const isTelling = ({ tone }: Row): boolean => tone === 'failed'

type StayOf = {
  readonly id: string
  readonly moment: Moment
  readonly row: Row
  readonly trace: Trace | undefined
  readonly onChange: InspectorOf['onChange']
  readonly tab: 'flow' | 'variables' | 'attempts' | 'events'
}

function Stay({ id, moment, row, tab, trace, onChange }: StayOf) {
  const { t } = useWords()
  const events = moment.eventsOf(row)
  const own = useMemo(() => dataOf(events), [events, events.length])
  // Of the execution, which this stay has ended: of a Fail state nothing else tells the error.
  const end = row.enteredId === moment.failed?.enteredId ? moment.end : undefined
  const data = own.error === undefined && end !== undefined ? { ...own, error: end.error, cause: end.cause } : own
  const askOf = (side: string): Ask => ({
    words: t('execution.askOrigin'),
    onAsk: (keys) => onChange({ state: row.name, visit: row.enteredId, trace: [side, ...keys] }),
  })
  switch (tab) {
    case 'flow':
      return (
        <>
          {trace === undefined ? null : (
            <Lineage id={id} story={moment.story} row={row} trace={trace} onChange={onChange} />
          )}
          <Flow data={data} askOf={askOf} />
        </>
      )
    case 'variables':
      return (
        <>
          {trace === undefined ? null : (
            <Lineage id={id} story={moment.story} row={row} trace={trace} onChange={onChange} />
          )}
          <Variables moment={moment} row={row} data={data} askOf={askOf} />
        </>
      )
    case 'attempts':
      return <Attempts attempts={data.attempts} />
    case 'events':
      return <Events events={events} />
    default:
      return tab satisfies never
  }
}

function Flow({ data, askOf }: { readonly data: StayData; readonly askOf: (side: string) => Ask }) {
  const { t } = useWords()
  const { input, output, error, cause } = data
  const parts = [
    ['input', input],
    ['arguments', data.arguments],
    ['result', data.result],
    ['output', output],
  ] as const
  return (
    <div className={styles['columns']}>
      {error === undefined ? null : <Failure error={error} cause={cause} />}
      {parts.map(([name, text]) =>
        text === undefined ? null : (
          <section key={name}>
            <h3>{t(`execution.${name}`)}</h3>
            <JsonTree
              text={text}
              label={t(`execution.${name}`)}
              ask={name === 'input' || name === 'output' ? askOf(name) : undefined}
            />
          </section>
        ),
      )}
      {input === undefined || output === undefined ? null : (
        <section>
          <h3>{t('execution.flowHint')}</h3>
          <JsonDifference before={input} after={output} />
        </section>
      )}
    </div>
  )
}

export function Failure({ error, cause }: { readonly error: string; readonly cause: string | undefined }) {
  return (
    <div className={styles['failure']}>
      <strong>{error}</strong>
      {cause === undefined ? null : <pre>{cause}</pre>}
    </div>
  )
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const { t } = useWords()
  if (attempts.length === 0) return <p className={styles['empty']}>{t('execution.noAttempts')}</p>
  return (
    <ol className={styles['attempts']}>
      {attempts.map((attempt, index) => (
        <li key={attempt.number}>
          <div className={styles['attemptHead']}>
            <strong>{t('execution.attempt', { number: attempt.number })}</strong>
            <State tone={attempt.tone} />
            <Waited before={attempts[index - 1]} attempt={attempt} />
            {attempt.endedAt === undefined ? null : <span>{durationWords(attempt.endedAt - attempt.scheduledAt)}</span>}
            {attempt.resource === undefined ? null : <code>{attempt.resource}</code>}
          </div>
          {attempt.error === undefined ? null : <Failure error={attempt.error} cause={attempt.cause} />}
          <div className={styles['columns']}>
            {attempt.arguments === undefined ? null : (
              <section>
                <h3>{t('execution.arguments')}</h3>
                <JsonTree text={attempt.arguments} label={t('execution.arguments')} />
              </section>
            )}
            {attempt.result === undefined ? null : (
              <section>
                <h3>{t('execution.result')}</h3>
                <JsonTree text={attempt.result} label={t('execution.result')} />
              </section>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}

/** How long the one before was waited on. */
function Waited({ before, attempt }: { readonly before: Attempt | undefined; readonly attempt: Attempt }) {
  const { t } = useWords()
  if (before?.endedAt === undefined) return null
  return <span>{t('execution.waited', { time: durationWords(attempt.scheduledAt - before.endedAt) })}</span>
}

function Events({ events }: { readonly events: readonly StoryEvent[] }) {
  return (
    <ol className={styles['attempts']}>
      {events.map((event) => (
        <li key={event.id}>
          <div className={styles['attemptHead']}>
            <span>{event.id}</span>
            <strong>{wordsOf(event.type)}</strong>
          </div>
          {event.details === undefined ? null : (
            <JsonTree text={JSON.stringify(event.details)} label={wordsOf(event.type)} />
          )}
        </li>
      ))}
    </ol>
  )
}

function Definition({ id, state }: { readonly id: string; readonly state: string }) {
  const machine = useAnswer('executionMachine', { params: { execution: id } })
  const { t } = useWords()
  if (machine.data === undefined) return <p className={styles['empty']}>{t('part.loading')}</p>
  const found = stateIn(parseJson(machine.data.definition), state)
  return (
    <div className={styles['definition']}>
      {found === undefined ? null : <JsonTree text={printJson(found)} label={state} />}
    </div>
  )
}

type VisitsOf = {
  readonly stays: readonly Row[]
  readonly stay: Row | undefined
  readonly onChoose: (visit: number | undefined) => void
}

const mostListed = 200

function Visits({ stays, stay, onChoose }: VisitsOf) {
  const { t } = useWords()
  if (stays.length < 2) return null
  const number = stay === undefined ? 0 : stays.indexOf(stay) + 1
  const options = stays
    .slice(0, mostListed)
    .map((one, index) => [String(one.enteredId), visitWords(t, one, index + 1)] as const)
  return (
    <Choice
      label={t('execution.visit')}
      any={t('execution.visitOf', { number, count: stays.length })}
      value={stay === undefined ? undefined : String(stay.enteredId)}
      options={options}
      onChoose={(value) => onChoose(value === undefined ? undefined : Number(value))}
    />
  )
}

function visitWords(t: ReturnType<typeof useWords>['t'], { inside, tone }: Row, number: number): string {
  const where = inside?.iteration === undefined ? `${number}` : t('execution.iteration', { number: inside.iteration })
  return `${where} · ${t(`part.tone_${tone}`)}`
}

function WholeExecution({ execution, story }: { readonly execution: Execution; readonly story: Story }) {
  const { t } = useWords()
  const input = textOf(story.events[0], 'input')
  const { end } = story.view
  return (
    <>
      <div className={styles['head']}>
        <h2>{t('execution.wholeExecution')}</h2>
        <span className={styles['quiet']}>{t('execution.chooseStateHint')}</span>
      </div>
      <div className={styles['columns']}>
        {end?.error === undefined && execution.error === undefined ? null : (
          <Failure error={end?.error ?? execution.error ?? ''} cause={end?.cause ?? execution.cause} />
        )}
        {input === undefined ? null : (
          <section>
            <h3>{t('execution.executionInput')}</h3>
            <JsonTree text={input} label={t('execution.executionInput')} />
          </section>
        )}
        {end?.output === undefined ? null : (
          <section>
            <h3>{t('execution.executionOutput')}</h3>
            <JsonTree text={end.output} label={t('execution.executionOutput')} />
          </section>
        )}
      </div>
    </>
  )
}
