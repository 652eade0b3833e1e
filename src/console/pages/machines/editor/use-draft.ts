/** The text that is edited, kept in the tab; and whether somebody else has saved since it was begun. */
import { useCallback, useState } from 'react'
import { dropDraft, keepDraft, readDraft } from './draft.ts'
import type { Origin } from './workbench.tsx'

export type DraftHandle = {
  readonly text: string
  readonly setText: (text: string) => void
  readonly isChanged: boolean
  /** What was saved when it was begun. */
  readonly saved: string
  /** The revision that it was begun from, as the server names it; undefined of a machine that is not there yet. */
  readonly base: string | undefined
  /** It was there already when the page was opened. */
  readonly isRestored: boolean
  /** The browser keeps it. */
  readonly isKept: boolean
  /** Another revision was saved since. */
  readonly isOutdated: boolean
  /** Back to what is saved. */
  readonly discard: () => void
  /** It was saved as this revision, or is to begin from that one. */
  readonly settle: (text: string, base: string) => void
}

export const revisionOf = ({ isNew, revisionId = 'INITIAL' }: Origin): string | undefined =>
  isNew ? undefined : revisionId

export function useDraft(origin: Origin): DraftHandle {
  const { name, definition } = origin
  const revision = revisionOf(origin)
  const [found] = useState(() => {
    const draft = readDraft(sessionStorage, name)
    return draft === undefined || draft.text === definition ? undefined : draft
  })
  const [text, showText] = useState(found?.text ?? definition)
  const [saved, setSaved] = useState(definition)
  const [base, setBase] = useState(found === undefined ? revision : found.base)
  const [isRestored, setRestored] = useState(found !== undefined)
  const [isKept, setKept] = useState(true)
  // What is shown unchanged follows what others save.
  if (text === saved && base !== revision && revision !== undefined && definition !== saved) {
    showText(definition)
    setSaved(definition)
    setBase(revision)
  }
  const settle = useCallback(
    (settled: string, at: string) => {
      dropDraft(sessionStorage, name)
      setSaved(settled)
      showText(settled)
      setBase(at)
      setRestored(false)
    },
    [name],
  )
  const setText = useCallback(
    (changed: string) => {
      showText(changed)
      setKept(keepDraft(sessionStorage, name, { text: changed, base }))
    },
    [name, base],
  )
  return {
    ...{ text, setText, saved, base, isRestored, isKept, settle },
    isChanged: text !== saved,
    isOutdated: text !== saved && base !== revision && base !== undefined,
    discard: () => settle(definition, revision ?? ''),
  }
}
