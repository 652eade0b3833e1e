/** The rows of a table in which nothing moves while somebody reads: has scrolled, points at it, or walks through it by keys. */
import { type FocusEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { type Arranged, asItIs, held } from './arrange.ts'

type RowsOf<Item> = {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly newestFirst?: true
  readonly ahead?: number
  readonly onRenew?: () => void
}

/** As long as the glow of what has arrived. */
const arrivalMs = 1300
const nobody: ReadonlySet<string> = new Set()

export function useQuietRows<Item>(
  { items, keyOf, newestFirst, ahead = 0, onRenew }: RowsOf<Item>,
  scroller: RefObject<HTMLElement | null>,
) {
  const { isReading, props } = useIsReading(scroller, newestFirst === true)
  const { shown, showNow } = useShown(items, keyOf, isReading)
  const isBehind = ahead > 0
  useEffect(() => {
    if (isBehind && !isReading) onRenew?.()
  }, [isBehind, isReading, onRenew, ahead])
  const onShowNew = (): void => {
    scroller.current?.scrollTo({ top: 0 })
    onRenew?.()
    showNow()
  }
  const waiting = isReading && (isBehind || shown.waiting > 0)
  return {
    items: shown.items,
    gone: shown.gone,
    arrived: useArrived(shown.items, keyOf, newestFirst === true),
    waiting: waiting ? { count: Math.max(ahead, shown.waiting), isMore: isBehind } : undefined,
    onShowNew,
    reading: props,
  }
}

/** Follows the list, or holds still. Worked out while it is drawn: never is one moment drawn of what then moves. */
function useShown<Item>(items: readonly Item[], keyOf: (item: Item) => string, isReading: boolean) {
  const [state, setState] = useState<{
    readonly items: readonly Item[]
    readonly isReading: boolean
    readonly shown: Arranged<Item>
  }>({ items, isReading, shown: asItIs(items) })
  if (state.items !== items || state.isReading !== isReading) {
    const shown = isReading ? held(state.shown.items, items, keyOf) : asItIs(items)
    setState({ items, isReading, shown })
    return { shown, showNow }
  }
  function showNow(): void {
    setState((before) => ({ ...before, shown: asItIs(before.items) }))
  }
  return { shown: state.shown, showNow }
}

function useIsReading(scroller: RefObject<HTMLElement | null>, isWatched: boolean) {
  const [isOver, setOver] = useState(false)
  const [isFocused, setFocused] = useState(false)
  const [isScrolled, setScrolled] = useState(false)
  useEffect(() => {
    const place = scroller.current
    if (place === null || !isWatched) return undefined
    const onScroll = (): void => {
      setScrolled(place.scrollTop > 0)
      // A row that was taken out of the document says nothing of losing the focus.
      setFocused((isStill) => isStill && place.contains(document.activeElement))
    }
    place.addEventListener('scroll', onScroll, { passive: true })
    return () => place.removeEventListener('scroll', onScroll)
  }, [scroller, isWatched])
  if (!isWatched) return { isReading: false, props: {} }
  const props = {
    // A finger is over nothing when it does not touch.
    onPointerEnter: ({ pointerType }: PointerEvent) => setOver(pointerType === 'mouse'),
    onPointerLeave: () => setOver(false),
    onFocus: ({ target }: FocusEvent) => setFocused(target.closest('[role=row]') !== null),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => setFocused(currentTarget.contains(relatedTarget)),
  }
  return { isReading: isOver || isFocused || isScrolled, props }
}

/** Keys of what has come on top since it was last drawn, for as long as it glows. */
function useArrived<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  isWatched: boolean,
): ReadonlySet<string> {
  const before = useRef<string>(undefined)
  const [arrived, setArrived] = useState(nobody)
  const [first] = items
  const top = first === undefined ? undefined : keyOf(first)
  useEffect(() => {
    const { current: known } = before
    before.current = top
    if (!isWatched || known === undefined || top === undefined || known === top) return undefined
    const count = items.findIndex((item) => keyOf(item) === known)
    if (count < 1) return undefined
    setArrived(new Set(items.slice(0, count).map(keyOf)))
    const timer = setTimeout(() => setArrived(nobody), arrivalMs)
    return () => clearTimeout(timer)
  }, [top, isWatched])
  return arrived
}
