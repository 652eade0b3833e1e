/** The history, event by event. */
import { useMemo } from 'react'
import { RowTable, type Column } from '../../parts/table.tsx'
import { clockTime, durationWords } from '../../parts/times.ts'
import { useWords, type Words } from '../../words/index.tsx'
import type { Story, StoryEvent } from './story.ts'

type EventTableOf = {
  readonly story: Story
  /** Event that began the stay that is looked at. */
  readonly selected: number | undefined
  readonly onSelect: (state: string, visit?: number) => void
}

export function EventTable({ story, selected, onSelect }: EventTableOf) {
  const words = useWords()
  const { t } = words
  const { events, version } = story
  const columns = useMemo(() => columnsIn(words, story), [words, story])
  // The list grows in place: another one for each version, so that the table sees it.
  const items = useMemo(() => [...events], [events, version])
  return (
    <RowTable
      label={t('execution.events')}
      columns={columns}
      items={items}
      keyOf={({ id }) => String(id)}
      selected={selected === undefined ? undefined : String(selected)}
      onOpen={({ id }) => {
        const row = story.view.rowOf(id)
        if (row !== undefined) onSelect(row.name, row.enteredId)
      }}
    />
  )
}

function columnsIn({ t, language }: Words, story: Story): readonly Column<StoryEvent>[] {
  return [
    { key: 'id', head: t('execution.id'), width: '44px', numeric: true, cell: ({ id }) => id },
    { key: 'type', head: t('execution.event'), width: 'minmax(140px, 3fr)', cell: ({ type }) => wordsOf(type) },
    {
      key: 'state',
      head: t('execution.state'),
      width: 'minmax(80px, 2fr)',
      cell: ({ id }) => story.view.rowOf(id)?.name ?? '',
    },
    {
      key: 'at',
      head: t('execution.at'),
      width: '92px',
      wide: true,
      numeric: true,
      cell: ({ ms }) => clockTime(ms, language),
    },
    {
      key: 'after',
      head: t('execution.after'),
      width: '64px',
      numeric: true,
      cell: ({ ms }) => durationWords(ms - (story.events[0]?.ms ?? ms)),
    },
  ]
}

/** `TaskStateEntered` → `Task state entered`. */
export function wordsOf(type: string): string {
  const [first = '', ...rest] = type.split(/(?=[A-Z])/)
  return [first, ...rest.map((word) => word.toLowerCase())].join(' ')
}
