/** The editor with everything around it. What is typed is kept in the tab until it is saved. */
import { Button, Group, Modal } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { useBlocker, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { Tree } from '@lezer/common'
import type { Machine } from '../../../api/generated.ts'
import { useMay } from '../../../api/use-may.ts'
import { Code, type CodePlace } from '../../../parts/code/index.tsx'
import { MayButton } from '../../../parts/may-button.tsx'
import { Page } from '../../../parts/page.tsx'
import { State } from '../../../parts/state.tsx'
import { Switch } from '../../../parts/switch.tsx'
import { useWords } from '../../../words/index.tsx'
import { sampleInput } from '../samples.ts'
import { editorSides, type MachineEditSearch, machineEditSearch } from '../search.ts'
import { StartDialog } from '../start.tsx'
import { offersAt } from './complete.ts'
import styles from './editor.module.css'
import { fixed } from './fixed.ts'
import { FindingsPanel } from './findings-panel.tsx'
import { GraphPanel } from './graph-panel.tsx'
import { type Span, stateAt, statesIn } from './places.ts'
import { RunPanel } from './run-panel.tsx'
import { SaveDialog } from './save.tsx'
import { formatted } from './syntax.ts'
import { TrialPanel } from './trial-panel.tsx'
import { useDraft } from './use-draft.ts'
import { type Findings, useFindings } from './use-findings.ts'
import { type Run, useRun } from './use-run.ts'

/** What is edited: a machine as it was saved last, or one that is not there yet. */
export type Origin = Pick<Machine, 'name' | 'type' | 'definition' | 'revisionId' | 'inputSchema'> & {
  readonly isNew: boolean
}

type WorkbenchOf = { readonly origin: Origin; readonly search: MachineEditSearch }

const views = ['code', 'graph', 'panel'] as const

export function Workbench({ origin, search }: WorkbenchOf) {
  const { t } = useWords()
  const draft = useDraft(origin)
  const { text, setText, isChanged } = draft
  const found = useFindings(text, origin.type)
  const [isSaving, saving] = useDisclosure(false)
  const [isStarting, starting] = useDisclosure(false)
  const canSave = isChanged || origin.isNew
  const saves = origin.isNew ? 'machine.create' : 'machine.update'
  const may = useMay()
  useHotkeys([['mod+S', () => (canSave && may(saves) ? saving.open() : undefined)]], [], true)
  return (
    <Page
      fill
      name={`${t('machine.editing')} ${origin.name}`}
      title={
        <>
          {origin.name} <span className={styles['quiet']}>› {t('machine.editing')}</span>
        </>
      }
      status={<Status origin={origin} found={found} isChanged={isChanged} />}
      actions={
        <>
          <Button variant="default" onClick={() => setText(formatted(text) ?? text)}>
            {t('machine.format')}
          </Button>
          {origin.isNew ? null : (
            <MayButton needs={{ verb: 'execution.start' }} variant="default" onClick={starting.open}>
              {t('machine.start')}
            </MayButton>
          )}
          <MayButton needs={{ verb: saves }} disabled={!canSave} onClick={saving.open}>
            {t('machine.save')}
          </MayButton>
        </>
      }
    >
      {origin.inputSchema === undefined ? null : <p className={styles['notice']}>{t('machine.ofProcedure')}</p>}
      <DraftNotices draft={draft} />
      <Bench origin={origin} search={search} text={text} onText={setText} found={found} />
      {isSaving ? <SaveDialog origin={origin} draft={draft} found={found} onClose={saving.close} /> : null}
      {isStarting ? <StartDialog machine={origin} {...startInput(search)} onClose={starting.close} /> : null}
      <LeaveDialog isChanged={isChanged} name={origin.name} />
    </Page>
  )
}

type BenchOf = WorkbenchOf & {
  readonly text: string
  readonly onText: (text: string) => void
  readonly found: Findings
}

/** Text, graph, and below both what was found and tried; on a phone one of the three. */
function Bench({ origin, search, text, onText, found }: BenchOf) {
  const { t } = useWords()
  const change = useChange(origin.name)
  const [place, setPlace] = useState<CodePlace>()
  const [view, setView] = useState<(typeof views)[number]>('code')
  const run = useRun({ machine: origin.name, definition: text, type: origin.type, sample: sampleOf(search) })
  const onCursor = useCallback(
    (at: number, tree: Tree, of: string) => change({ state: stateAt(statesIn(tree, of), at)?.name }),
    [change],
  )
  const goTo = (at: number, to = at): void => setPlace({ at, to, focus: true })
  return (
    <>
      <div className={styles['views']}>
        <Switch
          label={t('machine.views')}
          value={view}
          options={views.map((one) => [one, t(`machine.view_${one}`)] as const)}
          onChoose={setView}
        />
      </div>
      <div className={styles['bench']} data-view={view} data-side={search.side ?? 'findings'}>
        <section className={styles['code']} aria-label={t('machine.definition')}>
          <Code
            label={t('machine.definition')}
            text={text}
            faults={useFaults(found)}
            place={place}
            onChange={onText}
            onCursor={onCursor}
            offersAt={completions}
          />
        </section>
        <GraphPanel
          text={text}
          story={run.story}
          selected={search.state}
          onSelect={(state, at) => {
            change({ state })
            if (at !== undefined) goTo(at)
          }}
        />
        <BottomPanel
          {...{ origin, search, text, onText, found, run, change }}
          onGo={({ from, to }) => {
            goTo(from, to)
            setView('code')
          }}
        />
      </div>
    </>
  )
}

type BottomOf = BenchOf & {
  readonly run: Run
  readonly change: (changed: MachineEditSearch) => void
  readonly onGo: (span: Span) => void
}

function BottomPanel({ origin, search, text, onText, found, run, change, onGo }: BottomOf) {
  const { t } = useWords()
  const { side = 'findings' } = search
  return (
    <section className={styles['panel']} aria-label={t('machine.view_panel')}>
      <div className={styles['panelHead']}>
        <Switch
          label={t('machine.view_panel')}
          value={side}
          options={editorSides.map((one) => [one, t(`machine.side_${one}`)] as const)}
          onChoose={(one) => change({ side: one })}
        />
      </div>
      {side === 'findings' ? (
        <FindingsPanel found={found} onGo={onGo} onFix={(fix) => onText(fixed(text, fix))} />
      ) : side === 'run' ? (
        <RunPanel run={run} isValid={found.isValid === true} machine={origin.name} search={search} onChange={change} />
      ) : (
        <TrialPanel definition={text} state={search.state} onState={(state) => change({ state })} />
      )}
    </section>
  )
}

const sampleOf = ({ sample }: MachineEditSearch): string | undefined =>
  sample === undefined ? undefined : sampleInput(sample)
const startInput = (search: MachineEditSearch): { readonly input?: string } => {
  const input = sampleOf(search)
  return input === undefined ? {} : { input }
}

function useChange(machine: string) {
  const navigate = useNavigate()
  return useCallback(
    (changed: MachineEditSearch) =>
      void navigate({
        to: '/machines/$machine/edit',
        params: { machine },
        search: (before) => ({ ...machineEditSearch(before), ...changed }),
        replace: true,
        resetScroll: false,
        ignoreBlocker: true,
      }),
    [navigate, machine],
  )
}

function useFaults({ findings }: Findings) {
  const { t } = useWords()
  return useMemo(
    () =>
      findings.map(({ fixes, ...finding }) => ({
        ...finding,
        fixes: fixes.map(({ kind, by, changes }) => ({ name: t(`machine.fix_${kind}`, { by }), changes })),
      })),
    [findings, t],
  )
}

const completionKinds = {
  field: 'property',
  state: 'variable',
  resource: 'namespace',
  error: 'constant',
  word: 'enum',
} as const

function completions(tree: Tree, text: string, at: number) {
  const found = offersAt(tree, text, at)
  if (found === undefined) return undefined
  const { from, to, offers, isName } = found
  const hasColon = /^\s*:/.test(text.slice(to))
  const options = offers.map(({ label, kind }, index) => ({
    label: isName ? JSON.stringify(label) : label,
    apply: isName ? `${JSON.stringify(label)}${hasColon ? '' : ': '}` : JSON.stringify(label).slice(1, -1),
    type: completionKinds[kind],
    // In the order of the table: what must be there comes first.
    boost: -Math.min(99, index),
  }))
  return { from, to, options }
}

type StatusOf = { readonly origin: Origin; readonly found: Findings; readonly isChanged: boolean }

function Status({ origin, found: { findings, isValid, failure }, isChanged }: StatusOf) {
  const { t } = useWords()
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const word =
    failure !== undefined
      ? failure.problem.detail
      : isValid === undefined
        ? t('machine.saysChecking')
        : errors > 0
          ? t('machine.saysErrors', { count: errors })
          : warnings > 0
            ? t('machine.saysWarnings', { count: warnings })
            : t('machine.saysValid')
  const tone = errors > 0 || failure !== undefined ? 'failed' : isValid === undefined ? 'waiting' : 'done'
  return (
    <>
      <State tone={tone} word={word} strong />
      <span>{origin.isNew ? t('machine.creating') : t(isChanged ? 'machine.saysUnsaved' : 'machine.saysClean')}</span>
      {origin.type === 'EXPRESS' ? <span>{t('machine.isExpress')}</span> : null}
    </>
  )
}

function DraftNotices({
  draft: { isRestored, isKept, isOutdated, discard },
}: {
  readonly draft: ReturnType<typeof useDraft>
}) {
  const { t } = useWords()
  return (
    <>
      {isKept ? null : <p className={styles['notice']}>{t('machine.noRoom')}</p>}
      {isRestored || isOutdated ? (
        <p className={styles['notice']} role="status">
          {isRestored
            ? t('machine.restored', { base: isOutdated ? t('machine.newerThan') : '' })
            : t('machine.newerThan')}
          <Button size="compact-xs" variant="default" onClick={discard}>
            {t('machine.discard')}
          </Button>
        </p>
      ) : null}
    </>
  )
}

function LeaveDialog({ isChanged, name }: { readonly isChanged: boolean; readonly name: string }) {
  const { t } = useWords()
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ next }) => isChanged && next.pathname !== `/machines/${encodeURIComponent(name)}/edit`,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Modal opened onClose={reset} title={t('machine.leaveTitle')}>
      <p>{t('machine.leaveHint')}</p>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={reset}>
          {t('machine.leaveStay')}
        </Button>
        <Button onClick={proceed}>{t('machine.leaveGo')}</Button>
      </Group>
    </Modal>
  )
}
