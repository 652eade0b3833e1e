/** Each stay in a state as a bar over the time of the execution. */
import { VisuallyHidden } from '@mantine/core'
import { useRef } from 'react'
import type { Row } from '../../../asl/index.ts'
import { useNow } from '../../parts/clock.tsx'
import { StateIcon } from '../../parts/state.tsx'
import { durationWords } from '../../parts/times.ts'
import { useWindow } from '../../parts/window.ts'
import { useWords } from '../../words/index.tsx'
import type { ExecutionSearch } from './search.ts'
import type { Story } from './story.ts'
import styles from './timeline.module.css'

type TimelineOf = {
  readonly story: Story
  readonly selected: ExecutionSearch
  readonly onSelect: (state: string, visit?: number) => void
}

const rowHeight = 28

export function Timeline({ story, selected, onSelect }: TimelineOf) {
  const { t } = useWords()
  const now = useNow()
  const { rows, startedAt = 0, end } = story.view
  const scroller = useRef<HTMLDivElement>(null)
  const { first, last, height } = useWindow({ scroller, count: rows.length, rowHeight })
  const until = Math.max(end?.at ?? now, startedAt + 1)
  const scale = { startedAt, span: until - startedAt, until }
  return (
    <div className={styles['timeline']} ref={scroller} role="group" aria-label={t('execution.timeline')}>
      <div className={styles['scale']} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{durationWords(scale.span * part)}</span>
        ))}
      </div>
      <div className={styles['rows']} style={{ height }}>
        {rows.slice(first, last).map((row, offset) => (
          <Bar
            key={row.enteredId}
            row={row}
            scale={scale}
            top={(first + offset) * rowHeight}
            isSelected={row.enteredId === selected.visit}
            onSelect={() => onSelect(row.name, row.enteredId)}
          />
        ))}
      </div>
    </div>
  )
}

type BarOf = {
  readonly row: Row
  readonly scale: { readonly startedAt: number; readonly span: number; readonly until: number }
  readonly top: number
  readonly isSelected: boolean
  readonly onSelect: () => void
}

function Bar({ row, scale: { startedAt, span, until }, top, isSelected, onSelect }: BarOf) {
  const { t } = useWords()
  const [from, to] = [row.enteredAt, row.endedAt ?? until]
  const took = durationWords(to - from)
  return (
    <button
      type="button"
      className={styles['row']}
      style={{ transform: `translateY(${top}px)` }}
      aria-pressed={isSelected}
      onClick={onSelect}
    >
      <span className={styles['name']} style={{ paddingLeft: depthOf(row) * 12 }}>
        <StateIcon tone={row.tone} size={12} />
        {row.name}
        <VisuallyHidden>{`, ${t(`part.tone_${row.tone}`)}, `}</VisuallyHidden>
      </span>
      <span className={styles['track']}>
        <span
          className={styles['bar']}
          data-tone={row.tone}
          style={{ left: `${((from - startedAt) / span) * 100}%`, width: `${((to - from) / span) * 100}%` }}
        />
      </span>
      <span className={styles['took']}>{took}</span>
    </button>
  )
}

function depthOf(row: Row): number {
  return row.inside === undefined ? 0 : 1 + depthOf(row.inside.row)
}
