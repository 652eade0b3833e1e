/** Which rows of one height are in sight of what scrolls them: only those are in the document. */
import { type RefObject, useCallback, useEffect, useState } from 'react'

export type Range = { readonly first: number; readonly last: number }

type WindowOf = {
  readonly scroller: RefObject<HTMLElement | null>
  readonly count: number
  readonly rowHeight: number
}

/** Rows are drawn in groups: while somebody scrolls, not every pixel is worth it. */
const group = 4

/** Positions from the first to before the last, with some more on both sides. */
export function rangeAt(scrollTop: number, height: number, rowHeight: number): Range {
  const first = Math.floor(scrollTop / rowHeight / group - 1) * group
  const last = Math.ceil((scrollTop + height) / rowHeight / group + 1) * group
  return { first: Math.max(0, first), last }
}

export function useWindow({ scroller, count, rowHeight }: WindowOf) {
  const [range, setRange] = useState<Range>({ first: 0, last: 8 * group })
  useEffect(() => {
    const place = scroller.current
    if (place === null) return undefined
    const measure = (): void => {
      const next = rangeAt(place.scrollTop, place.clientHeight, rowHeight)
      setRange((before) => (before.first === next.first && before.last === next.last ? before : next))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(place)
    place.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      place.removeEventListener('scroll', measure)
    }
  }, [scroller, rowHeight])
  /** Scrolls no further than it must; `above` is what covers the first rows. */
  const show = useCallback(
    (index: number, above: number): void => {
      const place = scroller.current
      if (place === null) return
      const top = index * rowHeight
      const lowest = top + rowHeight - (place.clientHeight - above)
      if (top < place.scrollTop) place.scrollTop = top
      else if (lowest > place.scrollTop) place.scrollTop = lowest
    },
    [scroller, rowHeight],
  )
  const [first, last] = [Math.min(range.first, Math.max(0, count - group)), Math.min(range.last, count)]
  return { first, last, height: count * rowHeight, show }
}
