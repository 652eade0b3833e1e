/** Tabs: one of several things to look at in one place. The arrows walk, Home and End jump, as in every program. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './tabs.module.css'

type Tabs<Value extends string> = {
  readonly label: string
  readonly value: Value
  readonly options: readonly (readonly [value: Value, words: string])[]
  readonly onChoose: (value: Value) => void
  readonly children: ReactNode
}

export function Tabs<Value extends string>({ label, value, options, onChoose, children }: Tabs<Value>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // On a phone the chosen one may lie beyond the edge, of a link that was sent.
    const chosen = list.current?.querySelector<HTMLElement>('[aria-selected="true"]')
    if (chosen !== null && chosen !== undefined) list.current?.scrollTo({ left: chosen.offsetLeft - 48 })
  }, [value])
  const at = options.findIndex(([one]) => one === value)
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const next = nextAt(event.key, at, options.length)
    const chosen = next === undefined ? undefined : options[next]
    if (next === undefined || chosen === undefined) return
    event.preventDefault()
    onChoose(chosen[0])
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
  }
  return (
    <div className={styles['tabs']}>
      <div ref={list} className={styles['list']} role="tablist" tabIndex={-1} aria-label={label} onKeyDown={onKey}>
        {options.map(([one, words]) => (
          <button
            key={one}
            id={`${id}-${one}`}
            type="button"
            role="tab"
            aria-selected={one === value}
            aria-controls={`${id}-panel`}
            tabIndex={one === value ? 0 : -1}
            onClick={() => onChoose(one)}
          >
            {words}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} className={styles['panel']} role="tabpanel" aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  )
}

function nextAt(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count
  if (key === 'ArrowLeft') return (at + count - 1) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
