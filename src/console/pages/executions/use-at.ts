/** The moment that is looked at: followed at once, and kept in the address when it rests. */
import { useCallback, useEffect, useState } from 'react'
import type { ExecutionSearch } from './search.ts'

/** A slider that is dragged names hundreds of moments; an address is changed for the last of them. */
const restMs = 250

export function useAt(
  given: number | undefined,
  change: (changed: ExecutionSearch) => void,
): readonly [at: number | undefined, move: (at: number | undefined) => void] {
  const [at, setAt] = useState(given)
  const [seen, setSeen] = useState(given)
  if (given !== seen) {
    // A link, or a step back in the browser.
    setSeen(given)
    setAt(given)
  }
  useEffect(() => {
    if (at === given) return undefined
    const timer = setTimeout(() => change({ at }), restMs)
    return () => clearTimeout(timer)
  }, [at, given, change])
  return [at, useCallback((next: number | undefined) => setAt(next), [])]
}
