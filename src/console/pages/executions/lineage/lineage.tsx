/** The lineage of a field as a small trail of links: who set it, who only passed it on, where it came from. */
import { ActionIcon } from '@mantine/core'
import { Fragment, useMemo } from 'react'
import type { Row } from '../../../../asl/index.ts'
import { parseJson } from '../../../../base/index.ts'
import { useAnswer } from '../../../api/context.tsx'
import { Icon } from '../../../parts/icons.tsx'
import { useWords } from '../../../words/index.tsx'
import type { ExecutionSearch, Trace } from '../search.ts'
import type { Story } from '../story.ts'
import { FactBook } from './facts.ts'
import { pathOf } from './keys.ts'
import styles from './lineage.module.css'
import { type Field, lineageOf, type Stop } from './trail.ts'

type LineageOf = {
  readonly id: string
  readonly story: Story
  readonly row: Row
  readonly trace: Trace
  readonly onChange: (changed: ExecutionSearch) => void
}

export function Lineage({ id, story, row, trace, onChange }: LineageOf) {
  const { t } = useWords()
  const machine = useAnswer('executionMachine', { params: { execution: id } })
  const definition = machine.data?.definition
  const { version } = story
  const stops = useMemo(() => {
    if (definition === undefined) return []
    return lineageOf(new FactBook(story, parseJson(definition)), fieldOf(row, trace))
    // The story grows in place: another version of it may tell more.
  }, [definition, story, version, row, trace])
  const [side, ...keys] = trace
  const path = side.startsWith('$') ? `${side}${pathOf(keys).slice(1)}` : pathOf(keys)
  const show = (to: Row, at?: Trace): void => onChange({ state: to.name, visit: to.enteredId, trace: at })
  return (
    <section className={styles['lineage']} aria-label={t('execution.lineage', { path })}>
      <header>
        <h3>{t('execution.lineage', { path })}</h3>
        <ActionIcon size={22} aria-label={t('execution.closeLineage')} onClick={() => onChange({ trace: undefined })}>
          <Icon name="close" size={12} />
        </ActionIcon>
      </header>
      <ol>
        {stops.map((stop, index) => (
          <Fragment key={index}>
            {stop.passed.length === 0 ? null : <Passed stop={stop} onShow={show} />}
            <li>
              <StopView stop={stop} onShow={show} />
            </li>
          </Fragment>
        ))}
      </ol>
    </section>
  )
}

function fieldOf(row: Row, [side, ...keys]: Trace): Field {
  if (side.startsWith('$')) return { side: 'variable', row, name: side.slice(1), keys }
  return { side: side === 'output' ? 'output' : 'input', row, keys }
}

type StopOf = { readonly stop: Stop; readonly onShow: (row: Row, at?: Trace) => void }

const mostNamed = 4

function Passed({ stop: { passed, isCertain }, onShow }: StopOf) {
  const { t } = useWords()
  return (
    <li className={styles['passed']}>
      {t('execution.passedBy')}{' '}
      {passed.slice(0, mostNamed).map((row, index) => (
        <Fragment key={row.enteredId}>
          {index === 0 ? '' : ', '}
          <StateLink row={row} onShow={() => onShow(row)} />
        </Fragment>
      ))}
      {passed.length > mostNamed ? ` ${t('execution.passedMore', { count: passed.length - mostNamed })}` : ''}
      {isCertain ? '' : ` ${t('execution.notCertain')}`}
    </li>
  )
}

function StopView({ stop, onShow }: StopOf) {
  const { t } = useWords()
  switch (stop.kind) {
    case 'execution':
      return <>{t('execution.cameWithInput', { path: pathOf(stop.keys) })}</>
    case 'unknown':
      return (
        <>
          <StateLink row={stop.row} onShow={() => onShow(stop.row)} /> {t('execution.originUnknown')}
        </>
      )
    case 'corrected':
      return (
        <>
          <StateLink row={stop.row} onShow={() => onShow(stop.row, ['input', ...stop.keys])} />{' '}
          {t('execution.corrected')}
        </>
      )
    case 'assigned':
      return (
        <>
          <StateLink row={stop.row} onShow={() => onShow(stop.row)} /> {t('execution.assigned', { name: stop.name })}
        </>
      )
    case 'far':
      return (
        <>
          <StateLink row={stop.row} onShow={() => onShow(stop.row, ['output', ...stop.keys])} /> {t('execution.far')}
        </>
      )
    case 'set':
    case 'moved':
    case 'variable':
      return (
        <>
          <StateLink row={stop.row} onShow={() => onShow(stop.row, ['output', ...stop.keys])} isStrong />{' '}
          <How stop={stop} />
        </>
      )
    default:
      return stop satisfies never
  }
}

function How({ stop }: { readonly stop: Extract<Stop, { kind: 'set' | 'moved' | 'variable' }> }) {
  const { t } = useWords()
  if (stop.kind === 'set') return <>{t(`execution.setBy_${stop.by}`)}</>
  if (stop.kind === 'variable') return <>{t('execution.fromVariable', { name: stop.name })}</>
  return <>{t(`execution.movedFrom_${stop.of}`, { path: pathOf(stop.from) })}</>
}

type StateLinkOf = { readonly row: Row; readonly onShow: () => void; readonly isStrong?: boolean }

function StateLink({ row, onShow, isStrong = false }: StateLinkOf) {
  const { t } = useWords()
  return (
    <button type="button" className={styles['state']} data-strong={isStrong} onClick={onShow}>
      {row.name} <span>{t('execution.visitAt', { id: row.enteredId })}</span>
    </button>
  )
}
