/** What went into a state of the deployment's machine and what came out of it, with the difference that it made. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useAnswer } from '../../../api/context.tsx'
import type { Deployment, HistoryEvent } from '../../../api/generated.ts'
import { Choice } from '../../../parts/choice.tsx'
import { JsonDifference } from '../../../parts/json/difference.tsx'
import { JsonTree } from '../../../parts/json/tree.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { State } from '../../../parts/state.tsx'
import { useWords } from '../../../words/index.tsx'
import { dataOf } from '../../executions/data.ts'
import { executionIdOf } from '../../executions/names.ts'
import { Story } from '../../executions/story.ts'
import deploy from '../deploy.module.css'
import styles from './tabs.module.css'

export function InputOutput({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { executionArn, states } = deployment
  if (executionArn === null) return <p className={deploy['quiet']}>{t('deploy.noExecution')}</p>
  // Read anew with each state: the one connection of the page follows the deployment.
  return <Of execution={executionIdOf(executionArn)} deployment={deployment} key={states.length} />
}

type Of = { readonly execution: string; readonly deployment: Deployment }

function Of({ execution, deployment }: Of) {
  const { t } = useWords()
  const navigate = useNavigate()
  const search = useSearch({ from: '/frame/deploys/$id' })
  const found = useAnswer('executionHistory', { params: { execution }, query: { limit: '1000' } })
  const story = useMemo(() => storyOf(found.data?.items ?? []), [found.data])
  if (found.isError) return <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
  if (found.isPending) return <p className={deploy['quiet']}>{t('part.loading')}</p>
  const names = [...new Set(deployment.states.map(({ state }) => state))].filter((name) => story.stays(name).length > 0)
  const state = search.state ?? deployment.diagnosis?.state ?? names.at(-1)
  const stay = state === undefined ? undefined : story.stays(state).at(-1)
  return (
    <>
      <div className={styles['bar']}>
        <Choice
          label={t('deploy.stage')}
          any={t('deploy.anyState')}
          value={state}
          options={names.map((name) => [name, name] as const)}
          onChoose={(chosen) =>
            void navigate({
              to: '.',
              search: { tab: 'io', ...(chosen === undefined ? {} : { state: chosen }) },
              replace: true,
              resetScroll: false,
            })
          }
        />
        {stay === undefined ? null : <State tone={stay.tone} />}
        <Link to="/executions/$execution" params={{ execution }} search={state === undefined ? {} : { state }}>
          {t('deploy.execution')}
        </Link>
      </div>
      {stay === undefined ? (
        <p className={deploy['quiet']}>{t('deploy.notReached')}</p>
      ) : (
        <Flow story={story} stay={stay} />
      )}
    </>
  )
}

function storyOf(events: readonly HistoryEvent[]): Story {
  const story = new Story(() => {})
  for (const event of events) story.add(event)
  return story
}

function Flow({ story, stay }: { readonly story: Story; readonly stay: ReturnType<Story['stays']>[number] }) {
  const { t } = useWords()
  const { input, output, result, error, cause } = dataOf(story.eventsOf(stay))
  const parts = [
    ['execution.input', input],
    ['execution.result', result],
    ['execution.output', output],
  ] as const
  return (
    <div className={styles['flow']}>
      {error === undefined ? null : (
        <section className={styles['failure']}>
          <strong>{error}</strong>
          {cause === undefined ? null : <pre>{cause}</pre>}
        </section>
      )}
      {parts.map(([key, text]) =>
        text === undefined ? null : (
          <section key={key}>
            <h3>{t(key)}</h3>
            <JsonTree text={text} label={t(key)} />
          </section>
        ),
      )}
      {input === undefined || output === undefined ? null : (
        <section>
          <h3>{t('execution.flowHint')}</h3>
          <JsonDifference before={input} after={output} />
        </section>
      )}
    </div>
  )
}
