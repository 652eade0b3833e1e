/** Hints between nodes: they only make a node look sooner than it would anyway. */

/**
 * `letters`: something is to be carried out by that life, or by whoever can. `answers`: what that life waits for has come
 * out. `activity`: tasks were queued. `left`: a life is over, and what it had is free. */
export type Hint =
  | { readonly kind: 'letters'; readonly node: number | undefined }
  | { readonly kind: 'answers'; readonly node: number }
  | { readonly kind: 'activity'; readonly arn: string }
  | { readonly kind: 'left' }

/**
 * How nodes reach each other. Nothing is promised: a hint may be lost, doubled or late, or come back to its sender, and
 * correctness never depends on one.
 */
export interface Hints {
  /** After the commit that it tells of. Never throws. */
  send(hint: Hint): void
  /** Returns how to stop listening. */
  listen(listener: (hint: Hint) => void): () => void
}

/** Between the engines of one process. */
export function localHints(): Hints {
  const listeners = new Set<(hint: Hint) => void>()
  return {
    send: (hint) => {
      for (const listener of listeners) listener(hint)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
