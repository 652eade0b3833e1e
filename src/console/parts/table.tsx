/**
 * Rows of 32 px, of which only those in sight are in the document, so that ten thousand scroll as ten do. On a phone each row keeps
 * the columns that say most. A row that changed, or has come, glows once; nothing moves under the pointer.
 */
import { type CSSProperties, type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useRef } from 'react'
import { useWords } from '../words/index.tsx'
import { useQuietRows } from './quiet-rows.ts'
import styles from './table.module.css'
import { type Range, useWindow } from './window.ts'

export type Column<Item> = {
  readonly key: string
  readonly head: string
  /** Of a CSS grid: `120px`, `minmax(160px, 1fr)`. */
  readonly width: string
  readonly cell: (item: Item) => ReactNode
  /** Left out at the width of a phone. */
  readonly wide?: true
  /** Numbers stand at the right, one unit under the other. */
  readonly numeric?: true
}

type RowTable<Item> = {
  readonly label: string
  readonly columns: readonly Column<Item>[]
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly onOpen?: (item: Item) => void
  readonly selected?: string | undefined
  /** What a change of is worth a glow: a status. */
  readonly glowOn?: (item: Item) => string
  readonly hasMore?: boolean
  readonly onMore?: () => void
  /** Positions that are in sight. */
  readonly onSight?: (sight: Range) => void
  /** New rows come on top: while somebody reads they wait, and are announced. */
  readonly newestFirst?: true
  /** Newest rows that do not reach those that are shown; `onRenew` shows them instead. */
  readonly ahead?: number
  readonly onRenew?: () => void
}

const rowHeight = 32

export function RowTable<Item>(table: RowTable<Item>) {
  const { t } = useWords()
  const { label, columns, keyOf, hasMore = false, onMore, onSight, onOpen, selected, glowOn } = table
  const open = useNewest(onOpen)
  const scroller = useRef<HTMLDivElement>(null)
  const { items, gone, arrived, waiting, onShowNew, reading } = useQuietRows(table, scroller)
  const { first, last, height, show } = useWindow({ scroller, count: items.length, rowHeight })
  useEffect(() => {
    if (hasMore && last >= items.length - 20) onMore?.()
  }, [hasMore, last, items.length, onMore])
  useEffect(() => onSight?.({ first, last }), [onSight, first, last])
  const selectedAt = selected === undefined ? -1 : items.findIndex((item) => keyOf(item) === selected)
  useEffect(() => {
    if (selectedAt >= 0) show(selectedAt, rowHeight)
  }, [selectedAt, show])
  return (
    <div className={styles['table']} {...reading}>
      <NewRows waiting={waiting} onShow={onShowNew} />
      <div
        className={styles['scroller']}
        ref={scroller}
        role="table"
        style={gridOf(columns)}
        aria-label={label}
        aria-rowcount={hasMore ? -1 : items.length + 1}
      >
        <Head columns={columns} />
        <div role="rowgroup" className={styles['body']} style={{ height }}>
          {items.slice(first, last).map((item, offset) => {
            const key = keyOf(item)
            return (
              <Row
                key={key}
                columns={columns}
                item={item}
                index={first + offset}
                isSelected={selected === key}
                glowsOn={glowOn?.(item)}
                looks={gone.has(key) ? 'gone' : arrived.has(key) ? 'arrived' : undefined}
                onOpen={onOpen === undefined ? undefined : open}
              />
            )
          })}
        </div>
      </div>
      <div className={styles['count']} aria-live="polite">
        {t(hasMore ? 'part.rowsMore' : 'part.rows', { count: items.length })}
      </div>
    </div>
  )
}

type NewRowsOf = {
  readonly waiting: { readonly count: number; readonly isMore: boolean } | undefined
  readonly onShow: () => void
}

function NewRows({ waiting, onShow }: NewRowsOf) {
  const { t } = useWords()
  if (waiting === undefined) return null
  return (
    <button type="button" className={styles['new']} onClick={onShow}>
      {t(waiting.isMore ? 'part.newRowsMore' : 'part.newRows', { count: waiting.count })}
    </button>
  )
}

const Head = ({
  columns,
}: {
  readonly columns: readonly (Wide & { readonly key: string; readonly head: string })[]
}) => (
  <div role="rowgroup" className={styles['head']}>
    <div role="row" className={styles['row']} aria-rowindex={1}>
      {columns.map((column) => (
        <div role="columnheader" key={column.key} className={classOf(column)}>
          {column.head}
        </div>
      ))}
    </div>
  </div>
)

type RowOf<Item> = {
  readonly columns: readonly Column<Item>[]
  readonly item: Item
  readonly index: number
  readonly isSelected: boolean
  readonly glowsOn: string | undefined
  readonly looks: 'gone' | 'arrived' | undefined
  readonly onOpen: ((item: Item) => void) | undefined
}

function PlainRow<Item>({ columns, item, index, isSelected, glowsOn, looks, onOpen }: RowOf<Item>) {
  const changes = useChanges(glowsOn)
  const glow = looks === 'arrived' ? styles['glows'] : glowAfter(changes)
  const open = onOpen === undefined ? undefined : () => onOpen(item)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-current={isSelected ? true : undefined}
      tabIndex={open === undefined ? undefined : 0}
      className={`${styles['row']} ${open === undefined ? '' : styles['opens']} ${glow}`}
      data-gone={looks === 'gone' ? true : undefined}
      style={{ transform: `translateY(${index * rowHeight}px)` }}
      onClick={open}
      onKeyDown={(event) => onRowKey(event, open)}
    >
      {columns.map((column) => (
        <div role="cell" key={column.key} className={classOf(column)}>
          {column.cell(item)}
        </div>
      ))}
    </div>
  )
}

/** Drawn anew only when it is another one: while somebody scrolls or a list grows, most rows are not. */
const Row = memo(PlainRow) as typeof PlainRow // memo() forgets the type parameter

/** The newest of a function, under one name: what is given it is not drawn anew for a closure. */
function useNewest<Item>(act: ((item: Item) => void) | undefined): (item: Item) => void {
  const newest = useRef(act)
  newest.current = act
  return useCallback((item: Item) => newest.current?.(item), [])
}

/** Enter opens; the arrows walk. */
function onRowKey(event: KeyboardEvent<HTMLElement>, open: (() => void) | undefined): void {
  if (event.target !== event.currentTarget) return
  const { currentTarget: row } = event
  if (event.key === 'Enter') open?.()
  const next =
    event.key === 'ArrowDown' ? row.nextElementSibling : event.key === 'ArrowUp' ? row.previousElementSibling : null
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
}

/** How often it has become another one since it was first shown. */
function useChanges(value: string | undefined): number {
  const seen = useRef({ value, count: 0 })
  if (value !== seen.current.value) seen.current = { value, count: seen.current.count + 1 }
  return seen.current.count
}

/** Two in turn: an animation that has run is not begun again. */
const glowAfter = (changes: number): string =>
  changes === 0 ? '' : (styles[changes % 2 === 0 ? 'glows' : 'glowsAgain'] ?? '')

function gridOf(columns: readonly { readonly width: string; readonly wide?: true }[]): CSSProperties {
  const grid = {
    '--wide': columns.map(({ width }) => width).join(' '),
    '--narrow': columns.flatMap(({ width, wide }) => (wide === true ? [] : [width])).join(' '),
  }
  return grid as CSSProperties // React's types do not know custom properties
}

type Wide = { readonly wide?: true; readonly numeric?: true }

const classOf = ({ wide, numeric }: Wide): string =>
  [styles['cell'], wide === true ? styles['wide'] : '', numeric === true ? styles['numeric'] : ''].join(' ')
