/** The three panels of an execution: side by side where there is room, on a phone one at a time. */
import { useEffect, useRef, useState } from 'react'
import { Switch } from '../../parts/switch.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './execution.module.css'

type PanelsOf = {
  readonly graph: React.ReactNode
  readonly side: React.ReactNode
  readonly inspector: React.ReactNode
  /** On a phone, choosing a state shows it. */
  readonly shown: string | undefined
}

const panels = ['graph', 'events', 'state'] as const

/** Side by side where there is room; on a phone one at a time, by a swipe or a tap. */
export function Panels({ graph, side, inspector, shown }: PanelsOf) {
  const { t } = useWords()
  const strip = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<(typeof panels)[number]>(shown === undefined ? 'graph' : 'state')
  const [before, setBefore] = useState(shown)
  // A link to a state shows it. Where the panels stand side by side there is nothing to scroll.
  const begun = useRef(current)
  useEffect(() => {
    const { current: place } = strip
    place?.scrollTo({ left: panels.indexOf(begun.current) * place.clientWidth })
  }, [])
  const show = (panel: (typeof panels)[number]): void => {
    setCurrent(panel)
    const { current: place } = strip
    place?.scrollTo({ left: panels.indexOf(panel) * place.clientWidth, behavior: 'smooth' })
  }
  if (shown !== before) {
    setBefore(shown)
    if (shown !== undefined) queueMicrotask(() => show('state'))
  }
  return (
    <>
      <div className={styles['tabs']}>
        <Switch
          label={t('execution.panels')}
          value={current}
          options={panels.map((panel) => [panel, t(`execution.${panel}`)] as const)}
          onChoose={show}
        />
      </div>
      <div
        className={styles['panels']}
        ref={strip}
        onScroll={({ currentTarget: { scrollLeft, clientWidth } }) =>
          setCurrent(panels[Math.round(scrollLeft / Math.max(1, clientWidth))] ?? 'graph')
        }
      >
        <section className={styles['graph']} aria-label={t('execution.graph')}>
          {graph}
        </section>
        <section className={styles['events']} aria-label={t('execution.events')}>
          {side}
        </section>
        <section className={styles['inspector']} aria-label={t('execution.state')}>
          {inspector}
        </section>
      </div>
    </>
  )
}
