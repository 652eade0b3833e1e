/** One of the five states: icon and word, supported by its colour. Every page shows states through this, the graph too. */
import type { ReactNode } from 'react'
import type { Tone } from '../../base/index.ts'
import { useWords } from '../words/index.tsx'
import styles from './state.module.css'

export function State({
  tone,
  word,
  strong = false,
}: {
  readonly tone: Tone
  readonly word?: string
  readonly strong?: boolean
}) {
  const { t } = useWords()
  return (
    <span className={`${styles['state']} ${strong ? styles['strong'] : ''}`} data-tone={tone}>
      <StateIcon tone={tone} />
      <span className={styles['word']}>{word ?? t(`part.tone_${tone}`)}</span>
    </span>
  )
}

/** Told apart by shape as well: a ring with a moving part, dots, a tick, a cross, a square. */
export function StateIcon({ tone, size = 14 }: { readonly tone: Tone; readonly size?: number }) {
  return (
    <svg className={styles['icon']} data-tone={tone} width={size} height={size} viewBox="0 0 14 14" aria-hidden="true">
      {shapes[tone]}
    </svg>
  )
}

const shapes: Readonly<Record<Tone, ReactNode>> = {
  running: (
    <>
      <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.6" opacity="0.3" />
      <path
        className={styles['turning']}
        d="M7 1.4A5.6 5.6 0 0 1 12.6 7"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <circle cx="7" cy="7" r="2" fill="currentColor" />
    </>
  ),
  waiting: (
    <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.7" strokeDasharray="1.6 1.9" />
  ),
  done: (
    <>
      <circle cx="7" cy="7" r="6.4" fill="currentColor" opacity="0.16" />
      <path
        d="m3.9 7.3 2.1 2.1 4.2-4.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  failed: (
    <>
      <circle cx="7" cy="7" r="6.4" fill="currentColor" opacity="0.16" />
      <path
        d="m4.6 4.6 4.8 4.8M9.4 4.6 4.6 9.4"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
    </>
  ),
  halted: <rect x="2.6" y="2.6" width="8.8" height="8.8" rx="1.4" fill="currentColor" />,
}
