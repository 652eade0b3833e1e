/** The graph beside the text, as one types; after a run with the way that it went. */
import { lazy, Suspense, useDeferredValue, useMemo, useRef } from 'react'
import { jsonLanguage } from '@codemirror/lang-json'
import { useWords } from '../../../words/index.tsx'
import styles from './editor.module.css'
import { syntaxFinding } from './syntax.ts'
import { statesIn } from './places.ts'
import { markOf, type RunStory } from './run-story.ts'

const MachineGraph = lazy(async () => ({ default: (await import('../../../parts/graph/graph.tsx')).MachineGraph }))

type GraphOf = {
  readonly text: string
  readonly story: RunStory | undefined
  readonly selected: string | undefined
  /** `at`: where the state stands in the text. */
  readonly onSelect: (state: string, at: number | undefined) => void
}

export function GraphPanel({ text, story, selected, onSelect }: GraphOf) {
  const { t } = useWords()
  const current = useDeferredValue(text)
  const isReadable = useMemo(() => syntaxFinding(current) === undefined, [current])
  const last = useRef(current)
  if (isReadable) last.current = current
  const marks = useMemo(() => (state: string) => (story === undefined ? undefined : markOf(story, state)), [story])
  return (
    <section className={styles['graph']} aria-label={t('machine.graph')}>
      {isReadable ? null : <p className={styles['old']}>{t('machine.graphOld')}</p>}
      {syntaxFinding(last.current) === undefined ? (
        <Suspense fallback={<p className={styles['quiet']}>{t('part.drawing')}</p>}>
          <MachineGraph
            definition={last.current}
            label={t('machine.graph')}
            markOf={marks}
            selected={selected}
            onSelect={(state) => onSelect(state, placeOf(text, state))}
          />
        </Suspense>
      ) : null}
    </section>
  )
}

const placeOf = (text: string, state: string): number | undefined =>
  statesIn(jsonLanguage.parser.parse(text), text).find(({ name }) => name === state)?.nameFrom
