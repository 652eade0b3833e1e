/**
 * Rows of 32 px, of which only those in sight are in the document, so that ten thousand scroll as ten do. On a phone each row keeps
 * the columns that say most. A row that changed, or has come, glows once; nothing moves under the pointer.
 */
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
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
  const { label, columns, keyOf, hasMore = false, onMore, onSight, selected } = table
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
      {waiting === undefined ? null : (
        <button type="button" className={styles['new']} onClick={onShowNew}>
          {t(waiting.isMore ? 'part.newRowsMore' : 'part.newRows', { count: waiting.count })}
        </button>
      )}
      <div
        className={styles['scroller']}
        ref={scroller}
        role="table"
        aria-label={label}
        aria-rowcount={hasMore ? -1 : items.length + 1}
      >
        <div role="rowgroup" className={styles['head']}>
          <div role="row" className={styles['row']} style={gridOf(columns)} aria-rowindex={1}>
            {columns.map((column) => (
              <div role="columnheader" key={column.key} className={classOf(column)}>
                {column.head}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height }}>
          {items.slice(first, last).map((item, offset) => {
            const key = keyOf(item)
            const looks = gone.has(key) ? 'gone' : arrived.has(key) ? 'arrived' : undefined
            return <Row key={key} table={table} item={item} index={first + offset} looks={looks} />
          })}
        </div>
      </div>
      <div className={styles['count']} aria-live="polite">
        {t(hasMore ? 'part.rowsMore' : 'part.rows', { count: items.length })}
      </div>
    </div>
  )
}

type RowOf<Item> = {
  readonly table: RowTable<Item>
  readonly item: Item
  readonly index: number
  readonly looks: 'gone' | 'arrived' | undefined
}

function Row<Item>({ table: { columns, keyOf, onOpen, selected, glowOn }, item, index, looks }: RowOf<Item>) {
  const changes = useChanges(glowOn?.(item))
  const glow = looks === 'arrived' ? styles['glows'] : glowAfter(changes)
  const key = keyOf(item)
  const open = onOpen === undefined ? undefined : () => onOpen(item)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-current={selected === key ? true : undefined}
      tabIndex={open === undefined ? undefined : 0}
      className={`${styles['row']} ${open === undefined ? '' : styles['opens']} ${glow}`}
      data-gone={looks === 'gone' ? true : undefined}
      style={{ ...gridOf(columns), transform: `translateY(${index * rowHeight}px)` }}
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

const classOf = ({ wide, numeric }: { readonly wide?: true; readonly numeric?: true }): string =>
  [styles['cell'], wide === true ? styles['wide'] : '', numeric === true ? styles['numeric'] : ''].join(' ')
