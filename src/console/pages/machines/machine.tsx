/** One state machine: its definition beside the graph, who changed it, its versions, and how it is logged. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { sourceSpanOf } from '../../../base/index.ts'
import { useAnswer } from '../../api/context.tsx'
import type { Machine } from '../../api/generated.ts'
import { Code, type CodePlace } from '../../parts/code/index.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { Switch } from '../../parts/switch.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { stateAt, statesIn } from './editor/places.ts'
import { legible } from './editor/syntax.ts'
import styles from './machines.module.css'
import { authorOf } from './outcomes.ts'
import { Revisions } from './revisions.tsx'
import { machineSearch, type MachineSearch, machineTabs } from './search.ts'
import { Settings } from './settings.tsx'
import { StartDialog } from './start.tsx'
import { Versions } from './versions.tsx'

const MachineGraph = lazy(async () => ({ default: (await import('../../parts/graph/graph.tsx')).MachineGraph }))

export function MachinePage() {
  const { t } = useWords()
  const { machine: name } = useParams({ from: '/frame/machines/$machine' })
  const found = useAnswer('machineDescribe', { params: { machine: name } })
  if (found.isError) {
    return (
      <Page name={name} title={name}>
        <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  if (found.data === undefined) return <Page name={name} title={name} status={t('part.loading')} children={null} />
  return <Shown machine={found.data} />
}

function Shown({ machine }: { readonly machine: Machine }) {
  const { t } = useWords()
  const search = useSearch({ from: '/frame/machines/$machine' })
  const change = useChange(machine.name)
  const [isStarting, starting] = useDisclosure(false)
  const { name, status } = machine
  const { tab = 'definition' } = search
  return (
    <Page
      fill
      name={name}
      title={name}
      status={<Status machine={machine} />}
      actions={
        status === 'DELETING' ? undefined : (
          <>
            <Button
              variant="default"
              renderRoot={(props) => <Link to="/machines/$machine/edit" params={{ machine: name }} {...props} />}
            >
              {t('machine.edit')}
            </Button>
            <MayButton needs={{ verb: 'execution.start' }} onClick={starting.open}>
              {t('machine.start')}
            </MayButton>
          </>
        )
      }
    >
      <div className={styles['tabs']}>
        <Switch
          label={t('machine.tabs')}
          value={tab}
          options={machineTabs.map((one) => [one, t(`machine.tab_${one}`)] as const)}
          onChoose={(one) => change({ tab: one })}
        />
        <Button
          variant="subtle"
          renderRoot={(props) => <Link to="/executions" search={{ machine: name }} {...props} />}
        >
          {t('machine.executions')}
        </Button>
      </div>
      {tab === 'definition' ? (
        <Definition machine={machine} state={search.state} onState={(state) => change({ state })} />
      ) : tab === 'revisions' ? (
        <Revisions machine={name} selected={search.revision} onSelect={(revision) => change({ revision })} />
      ) : tab === 'versions' ? (
        <Versions machine={name} />
      ) : (
        <Settings machine={machine} />
      )}
      {isStarting ? <StartDialog machine={machine} onClose={starting.close} /> : null}
    </Page>
  )
}

function useChange(machine: string) {
  const navigate = useNavigate()
  return useCallback(
    (changed: MachineSearch) =>
      void navigate({
        to: '/machines/$machine',
        params: { machine },
        search: (before) => ({ ...machineSearch(before), ...changed }),
        replace: true,
        resetScroll: false,
      }),
    [navigate, machine],
  )
}

function Status({ machine: { name, type, status } }: { readonly machine: Machine }) {
  const { t } = useWords()
  const revisions = useAnswer('machineRevisions', { params: { machine: name }, query: { limit: '1' } })
  const last = revisions.data?.items[0]
  if (status === 'DELETING') return <State tone="halted" word={t('machine.saysDeleting')} />
  if (last === undefined) return t(`machine.type_${type}`)
  const who = authorOf(last.madeBy)
  return (
    <>
      <span>{t('machine.saysRevision', { number: last.number, type: t(`machine.type_${type}`) })}</span>
      <span>
        <When at={last.createdAt} />
        {who === undefined ? '' : ` · ${who}`}
      </span>
      {last.summary === undefined ? null : <span>{last.summary}</span>}
      {last.versions.length === 0 ? null : <span>{t('machine.asVersion', { numbers: last.versions.join(', ') })}</span>}
    </>
  )
}

type DefinitionOf = {
  readonly machine: Pick<Machine, 'definition'>
  readonly state: string | undefined
  readonly onState: (state: string | undefined) => void
}

/** What is chosen in one is shown in the other. */
function Definition({ machine, state, onState }: DefinitionOf) {
  const { t } = useWords()
  const definition = useMemo(() => legible(machine.definition), [machine.definition])
  const [place, setPlace] = useState<CodePlace | undefined>(() => placeOf(definition, state))
  const marks = useMemo(() => () => undefined, [])
  return (
    <div className={styles['beside']}>
      <section className={styles['panel']} aria-label={t('machine.definition')}>
        <Code
          label={t('machine.definition')}
          text={definition}
          place={place}
          onCursor={(at, tree, text) => onState(stateAt(statesIn(tree, text), at)?.name)}
        />
      </section>
      <section className={styles['panel']} aria-label={t('machine.graph')}>
        <Suspense fallback={<p>{t('part.drawing')}</p>}>
          <MachineGraph
            definition={definition}
            label={t('machine.graph')}
            markOf={marks}
            selected={state}
            onSelect={(chosen) => {
              onState(chosen)
              setPlace(placeOf(definition, chosen))
            }}
          />
        </Suspense>
      </section>
    </div>
  )
}

/** Wherever in the machine it stands: its name is its own. */
function placeOf(definition: string, state: string | undefined): CodePlace | undefined {
  if (state === undefined) return undefined
  const quoted = JSON.stringify(state)
  const found = new RegExp(`${quoted.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}\\s*:`).exec(definition)
  const at = found?.index ?? sourceSpanOf(definition, `/States/${state}`).from
  return { at, to: at, focus: false }
}
