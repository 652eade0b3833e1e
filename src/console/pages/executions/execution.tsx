/** One execution: its graph lighting up, its events, and what each state did to the data. */
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Execution } from '../../api/generated.ts'
import { Id } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { Elapsed, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { ExecutionActions } from './actions.tsx'
import { textOf } from './data.ts'
import { EventTable } from './events.tsx'
import styles from './execution.module.css'
import { Inspector } from './inspector.tsx'
import { machineNameOf } from './names.ts'
import { executionSearch, type ExecutionSearch, sides } from './search.ts'
import { Moment } from './moment.ts'
import { Panels } from './panels.tsx'
import { Playback } from './playback.tsx'
import { statusOf } from './status.ts'
import type { Story } from './story.ts'
import { Timeline } from './timeline.tsx'
import { useAt } from './use-at.ts'
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
  const { t } = words
  const [at, move] = useAt(search.at, change)
  const moment = new Moment(story, at)
  const { tone, says } = statusOf(words, execution, moment)
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
          <State tone={tone} word={at === undefined ? says : t('execution.saysThen', { at, says })} strong />
          <span>
            <When at={execution.startedAt} /> · <Elapsed from={execution.startedAt} to={execution.stoppedAt} />
          </span>
          <Id value={execution.arn} what="ARN" short />
          {execution.mapRun === undefined ? null : (
            <Link to="/executions" search={{ mapRun: execution.mapRun }}>
              {t('execution.itemOfRun')}
            </Link>
          )}
        </>
      }
      actions={<ExecutionActions id={id} execution={execution} input={textOf(story.events[0], 'input')} />}
    >
      <Playback story={story} moment={moment} onMove={move} />
      <Panels
        graph={<Graph id={id} moment={moment} selected={search.state} onSelect={select} />}
        side={<Side story={story} at={at} search={search} onSelect={select} onSide={(side) => change({ side })} />}
        inspector={<Inspector id={id} execution={execution} moment={moment} search={search} onChange={change} />}
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

type GraphOf = {
  readonly id: string
  readonly moment: Moment
  readonly selected: string | undefined
  readonly onSelect: (state: string) => void
}

function Graph({ id, moment, selected, onSelect }: GraphOf) {
  const { t } = useWords()
  const machine = useAnswer('executionMachine', { params: { execution: id } })
  if (machine.isError) return <ProblemBox error={machine.error} onRetry={() => void machine.refetch()} />
  if (machine.data === undefined) return null
  return (
    <Suspense fallback={<p className={styles['quiet']}>{t('part.drawing')}</p>}>
      <MachineGraph
        definition={machine.data.definition}
        label={t('execution.graphLabel')}
        markOf={(state) => markOf(moment, state)}
        selected={selected}
        onSelect={onSelect}
      />
    </Suspense>
  )
}

function markOf(moment: Moment, state: string) {
  const { tone, stays, attempts, iterations } = moment.standing(state)
  if (tone === undefined) return undefined
  if (iterations !== undefined) return { tone, note: `${iterations.done + iterations.failed}/${iterations.all}` }
  return { tone, note: stays > 1 ? `×${stays}` : attempts > 1 ? `↻${attempts}` : undefined }
}

type SideOf = {
  readonly story: Story
  /** The event of the moment that is looked at. */
  readonly at: number | undefined
  readonly search: ExecutionSearch
  readonly onSelect: (state: string, visit?: number) => void
  readonly onSide: (side: (typeof sides)[number]) => void
}

function Side({ story, at, search, onSelect, onSide }: SideOf) {
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
        <EventTable story={story} selected={at ?? search.visit} onSelect={onSelect} />
      ) : (
        <Timeline story={story} selected={search} onSelect={onSelect} />
      )}
    </div>
  )
}
