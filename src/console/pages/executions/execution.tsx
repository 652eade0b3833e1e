/** One execution: its graph lighting up, its events, and what each state did to the data. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useRef, useState } from 'react'
import { type Row } from '../../../asl/index.ts'
import { type Tone, toneOfStatus } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import type { Execution } from '../../api/generated.ts'
import { Id } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { ExecutionActions } from './actions.tsx'
import { EventTable } from './events.tsx'
import styles from './execution.module.css'
import { Inspector } from './inspector.tsx'
import { machineNameOf } from './names.ts'
import { executionSearch, type ExecutionSearch, sides } from './search.ts'
import { standingOf } from './standing.ts'
import type { Story } from './story.ts'
import { Timeline } from './timeline.tsx'
import { useStory } from './use-story.ts'

const MachineGraph = lazy(async () => ({ default: (await import('../../parts/graph/graph.tsx')).MachineGraph }))

export function ExecutionPage() {
  const { t } = useWords()
  const { execution: id } = useParams({ from: '/frame/executions/$execution' })
  const found = useAnswer('executionDescribe', { params: { execution: id } })
  const story = useStory(id, found.data?.redriveCount ?? 0)
  if (found.isError) {
    return (
      <Page name={id} title={t('execution.title')}>
        <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  if (found.data === undefined) return <Page name={id} title={id} status={t('part.loading')} children={null} />
  return <Shown id={id} execution={found.data} story={story} />
}

type ShownOf = { readonly id: string; readonly execution: Execution; readonly story: Story }

function Shown({ id, execution, story }: ShownOf) {
  const words = useWords()
  const search = useSearch({ from: '/frame/executions/$execution' })
  const change = useChange(id)
  const { tone, says } = statusOf(words, execution, story)
  const select = useCallback((state: string, visit?: number) => change({ state, visit }), [change])
  return (
    <Page
      fill
      name={execution.name}
      title={
        <>
          {machineNameOf(execution.machine)} <span className={styles['quiet']}>›</span> {execution.name}
        </>
      }
      status={
        <>
          <State tone={tone} word={says} strong />
          <span>
            <When at={execution.startedAt} /> · <Elapsed from={execution.startedAt} to={execution.stoppedAt} />
          </span>
          <Id value={execution.arn} what="ARN" short />
        </>
      }
      actions={<ExecutionActions id={id} execution={execution} />}
    >
      <Panels
        graph={<Graph id={id} story={story} selected={search.state} onSelect={select} />}
        side={<Side story={story} search={search} onSelect={select} onSide={(side) => change({ side })} />}
        inspector={<Inspector id={id} execution={execution} story={story} search={search} onChange={change} />}
        shown={search.state}
      />
    </Page>
  )
}

function useChange(execution: string) {
  const navigate = useNavigate()
  return useCallback(
    (changed: ExecutionSearch) =>
      void navigate({
        to: '/executions/$execution',
        params: { execution },
        search: (before) => ({ ...executionSearch(before), ...changed }),
        replace: true,
        resetScroll: false,
      }),
    [navigate, execution],
  )
}

/** The answer of the page: from the history where it says more, else from the execution. */
export function statusOf(
  { t }: Words,
  execution: Execution,
  story: Story,
): { readonly tone: Tone; readonly says: string } {
  const { status, error = '' } = execution
  const { view } = story
  const tone = view.end === undefined ? toneOfStatus(status) : toneOfStatus(view.end.status)
  if (tone === 'running')
    return runningStatus(
      t,
      view.rows.findLast(({ endedAt }) => endedAt === undefined),
    )
  if (tone === 'done') return { tone, says: t('execution.saysDone') }
  if (tone === 'halted') return { tone, says: t('execution.saysStopped') }
  if ((view.end?.status ?? status) === 'TIMED_OUT') return { tone, says: t('execution.saysTimedOut') }
  const why = view.end?.error ?? error
  const at = view.failed?.name
  return {
    tone,
    says:
      at === undefined
        ? t('execution.saysFailedPlain', { error: why })
        : t('execution.saysFailed', { state: at, error: why }),
  }
}

function runningStatus(t: Words['t'], open: Row | undefined): { readonly tone: Tone; readonly says: string } {
  if (open === undefined) return { tone: 'running', says: t('execution.saysStarting') }
  if (open.tone !== 'waiting') return { tone: 'running', says: t('execution.saysRunning', { state: open.name }) }
  const what = t(
    open.type === 'Wait'
      ? 'execution.waits_time'
      : open.error === undefined
        ? 'execution.waits_answer'
        : 'execution.waits_retry',
  )
  return { tone: 'waiting', says: t('execution.saysWaiting', { state: open.name, what }) }
}

type GraphOf = {
  readonly id: string
  readonly story: Story
  readonly selected: string | undefined
  readonly onSelect: (state: string) => void
}

function Graph({ id, story, selected, onSelect }: GraphOf) {
  const { t } = useWords()
  const machine = useAnswer('executionMachine', { params: { execution: id } })
  if (machine.isError) return <ProblemBox error={machine.error} onRetry={() => void machine.refetch()} />
  if (machine.data === undefined) return null
  return (
    <Suspense fallback={<p className={styles['quiet']}>{t('part.drawing')}</p>}>
      <MachineGraph
        definition={machine.data.definition}
        label={t('execution.graphLabel')}
        markOf={(state) => markOf(story, state)}
        selected={selected}
        onSelect={onSelect}
      />
    </Suspense>
  )
}

function markOf(story: Story, state: string) {
  const { tone, stays, attempts, iterations } = standingOf(story.stays(state))
  if (tone === undefined) return undefined
  if (iterations !== undefined) return { tone, note: `${iterations.done + iterations.failed}/${iterations.all}` }
  return { tone, note: stays > 1 ? `×${stays}` : attempts > 1 ? `↻${attempts}` : undefined }
}

type SideOf = {
  readonly story: Story
  readonly search: ExecutionSearch
  readonly onSelect: (state: string, visit?: number) => void
  readonly onSide: (side: (typeof sides)[number]) => void
}

function Side({ story, search, onSelect, onSide }: SideOf) {
  const { t } = useWords()
  const { side = 'events' } = search
  return (
    <div className={styles['side']}>
      <Switch
        label={t('execution.panels')}
        value={side}
        options={sides.map((one) => [one, t(`execution.${one}`)] as const)}
        onChoose={onSide}
      />
      {side === 'events' ? (
        <EventTable story={story} selected={search.visit} onSelect={onSelect} />
      ) : (
        <Timeline story={story} selected={search} onSelect={onSelect} />
      )}
    </div>
  )
}

type PanelsOf = {
  readonly graph: React.ReactNode
  readonly side: React.ReactNode
  readonly inspector: React.ReactNode
  /** On a phone, choosing a state shows it. */
  readonly shown: string | undefined
}

const panels = ['graph', 'events', 'state'] as const

/** Side by side where there is room; on a phone one at a time, by a swipe or a tap. */
function Panels({ graph, side, inspector, shown }: PanelsOf) {
  const { t } = useWords()
  const strip = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<(typeof panels)[number]>('graph')
  const [before, setBefore] = useState(shown)
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
