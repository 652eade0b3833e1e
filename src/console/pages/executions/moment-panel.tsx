/** What the frames had in hand at a moment, and the variables that a state sees. */
import type { Row } from '../../../asl/index.ts'
import { type Ask, JsonTree } from '../../parts/json/tree.tsx'
import { State } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import { type StayData, textOf } from './data.ts'
import { wordsOf } from './events.tsx'
import styles from './execution.module.css'
import type { Moment } from './moment.ts'
import type { SetVariable } from './scopes.ts'

/** Of a Map with thousands of iterations; the others are found in the events. */
const mostShown = 12

type MomentPanelOf = { readonly moment: Moment; readonly onSelect: (row: Row) => void }

export function MomentPanel({ moment, onSelect }: MomentPanelOf) {
  const { t } = useWords()
  const { event, open } = moment
  if (event === undefined) return null
  const innermost = open.filter((row) => !open.some(({ inside }) => inside?.row.enteredId === row.enteredId))
  const output = textOf(event, 'output')
  return (
    <>
      <div className={styles['head']}>
        <h2>
          {event.id} · {wordsOf(event.type)}
        </h2>
        <span className={styles['quiet']}>{t('execution.momentHint')}</span>
      </div>
      <div className={styles['columns']}>
        {innermost.slice(0, mostShown).map((row) => (
          <InHand key={row.enteredId} moment={moment} row={row} onSelect={onSelect} />
        ))}
        {innermost.length > mostShown ? (
          <p className={styles['quiet']}>{t('execution.moreOpen', { count: innermost.length - mostShown })}</p>
        ) : null}
        {innermost.length === 0 && output !== undefined ? (
          <section>
            <h3>{t('execution.output')}</h3>
            <JsonTree text={output} label={t('execution.output')} />
          </section>
        ) : null}
        {innermost.length === 0 && output === undefined ? (
          <p className={styles['quiet']}>{t('execution.nothingOpen')}</p>
        ) : null}
      </div>
    </>
  )
}

function InHand({ moment, row, onSelect }: MomentPanelOf & { readonly row: Row }) {
  const { t } = useWords()
  const data = moment.dataOf(row)
  return (
    <section>
      <h3>
        <button type="button" className={styles['link']} onClick={() => onSelect(row)}>
          {row.name}
        </button>{' '}
        {row.inside?.iteration === undefined ? null : t('execution.iteration', { number: row.inside.iteration })}{' '}
        <State tone={row.tone} />
      </h3>
      {data === undefined ? null : (
        <>
          <p className={styles['quiet']}>{t(`execution.${data.what}`)}</p>
          <JsonTree text={data.text} label={`${row.name}: ${t(`execution.${data.what}`)}`} />
        </>
      )}
      <VariableList variables={moment.variablesOf(row)} />
    </section>
  )
}

/** In its scope: what the state saw when it was entered, and what it set when it was left. */
type VariablesOf = {
  readonly moment: Moment
  readonly row: Row
  readonly data: StayData
  readonly askOf: (side: string) => Ask
}

export function Variables({ moment, row, data, askOf }: VariablesOf) {
  const { t } = useWords()
  const seen = moment.variablesOf(row, 'entry')
  const set = Object.entries(data.variables).map(([name, text]) => ({ name, text, by: row }))
  if (seen.length + set.length === 0) return <p className={styles['empty']}>{t('execution.noVariables')}</p>
  return (
    <div className={styles['columns']}>
      {set.length === 0 ? null : (
        <section>
          <h3>{t('execution.variablesSet')}</h3>
          <VariableList variables={set} />
        </section>
      )}
      {seen.length === 0 ? null : (
        <section>
          <h3>{t('execution.variablesSeen')}</h3>
          <VariableList variables={seen} askOf={askOf} />
        </section>
      )}
    </div>
  )
}

type VariableListOf = { readonly variables: readonly SetVariable[]; readonly askOf?: (side: string) => Ask }

function VariableList({ variables, askOf }: VariableListOf) {
  const { t } = useWords()
  return variables.map(({ name, text, by }) => (
    <div key={name}>
      <p className={styles['quiet']}>
        <code>${name}</code> {t('execution.setBy', { state: by.name })}
      </p>
      <JsonTree text={text} label={`$${name}`} ask={askOf?.(`$${name}`)} />
    </div>
  ))
}
