/** What somebody has typed and not saved: kept in the tab, so that a reload loses nothing. Pure but for the storage it is given. */

export type Draft = {
  readonly text: string
  /** The revision it was begun from; undefined of a machine that is not there yet. */
  readonly base: string | undefined
}

export type DraftStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const nameOf = (machine: string): string => `holdfast.draft.${machine}`

export function readDraft(store: DraftStore, machine: string): Draft | undefined {
  const kept = store.getItem(nameOf(machine))
  if (kept === null) return undefined
  try {
    const value: unknown = JSON.parse(kept)
    if (typeof value !== 'object' || value === null || !('text' in value)) return undefined
    const { text, base } = value as { readonly text: unknown; readonly base?: unknown } // looked at just below
    if (typeof text !== 'string') return undefined
    return { text, base: typeof base === 'string' ? base : undefined }
  } catch {
    // Somebody else's: as good as none.
    return undefined
  }
}

/** False when the browser has no room for it. */
export function keepDraft(store: DraftStore, machine: string, draft: Draft): boolean {
  try {
    store.setItem(nameOf(machine), JSON.stringify(draft))
    return true
  } catch {
    // The quota of the storage.
    return false
  }
}

export const dropDraft = (store: DraftStore, machine: string): void => store.removeItem(nameOf(machine))
