/** The iterations of a Map as a list: the graph shows them as one state, however many they are. */
import { useMemo, useState } from 'react'
import type { Row } from '../../../asl/index.ts'
import { type Tone, tones } from '../../../base/index.ts'
import { Choice } from '../../parts/choice.tsx'
import { State } from '../../parts/state.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './execution.module.css'
import { type Iteration, toneOf } from './iterations.ts'
import type { Moment } from './moment.ts'

type IterationsOf = {
  readonly moment: Moment
  readonly map: Row
  readonly onSelect: (row: Row) => void
}

export function IterationTable({ moment, map, onSelect }: IterationsOf) {
  const words = useWords()
  const { t } = words
  const { story, at } = moment
  const [tone, setTone] = useState<Tone>()
  const all = useMemo(() => story.iterations.at(map, at), [story, story.version, map, at])
  const counts = useMemo(() => countsOf(all), [all])
  const shown = useMemo(() => (tone === undefined ? all : all.filter((one) => toneOf(one) === tone)), [all, tone])
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <div className={styles['iterations']}>
      <Choice
        label={t('execution.status')}
        any={t('execution.anyIteration', { count: all.length })}
        value={tone}
        options={tones
          .filter((one) => one === tone || (counts.get(one) ?? 0) > 0)
          .map((one) => [one, `${t(`part.tone_${one}`)} · ${counts.get(one) ?? 0}`] as const)}
        onChoose={setTone}
      />
      <RowTable
        key={tone ?? ''}
        label={t('execution.iterations')}
        columns={columns}
        items={shown}
        keyOf={({ index }) => String(index)}
        glowOn={toneOf}
        onOpen={({ last }) => (last === undefined ? undefined : onSelect(last))}
      />
    </div>
  )
}

function countsOf(all: readonly Iteration[]): ReadonlyMap<Tone, number> {
  const counts = new Map<Tone, number>()
  for (const one of all) counts.set(toneOf(one), (counts.get(toneOf(one)) ?? 0) + 1)
  return counts
}

function columnsIn({ t }: Words): readonly Column<Iteration>[] {
  return [
    { key: 'item', head: t('execution.item'), width: '64px', numeric: true, cell: ({ index }) => index },
    { key: 'status', head: t('execution.status'), width: '112px', cell: (one) => <State tone={toneOf(one)} /> },
    { key: 'state', head: t('execution.lastState'), width: 'minmax(100px, 2fr)', cell: ({ last }) => last?.name ?? '' },
    {
      key: 'error',
      head: t('execution.error'),
      width: 'minmax(80px, 2fr)',
      wide: true,
      cell: ({ last }) => last?.error ?? '',
    },
    {
      key: 'took',
      head: t('execution.duration'),
      width: '76px',
      numeric: true,
      cell: ({ startedAt, ended }) => (ended === undefined ? '' : durationWords(ended.at - startedAt)),
    },
  ]
}
