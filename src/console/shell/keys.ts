/** The keyboard: `g` and a letter goes to a group, `/` to the search of the page, `?` shows what there is. */
import { useEffect, useRef } from 'react'

export type KeyActions = {
  /** After `g`, within a moment. */
  readonly go: (letter: string) => boolean
  readonly search: () => void
  readonly help: () => void
}

const patienceMs = 1200

export function useKeys(actions: KeyActions): void {
  const current = useRef(actions)
  current.current = actions
  useEffect(() => {
    let goAt = -patienceMs
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isTyping(event) || event.metaKey || event.ctrlKey || event.altKey) return
      const { go, search, help } = current.current
      if (event.timeStamp - goAt < patienceMs && go(event.key)) {
        goAt = -patienceMs
        event.preventDefault()
        return
      }
      if (event.key === 'g') goAt = event.timeStamp
      if (event.key === '/') act(event, search)
      if (event.key === '?') act(event, help)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

function act(event: KeyboardEvent, action: () => void): void {
  event.preventDefault()
  action()
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** The search of a page carries this mark. */
export const searchMark = { 'data-page-search': '' } as const

export function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-page-search]')
  field?.focus()
  field?.select()
  return field !== null
}
