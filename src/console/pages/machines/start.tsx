/** Starting an execution: its input with what is wrong where it is wrong, earlier inputs to take, then its live page. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { sourceSpanOf } from '../../../base/index.ts'
import { type ApiFault, RawJson } from '../../api/client.ts'
import { useAct, useApi } from '../../api/context.tsx'
import type { Machine } from '../../api/generated.ts'
import { Choice } from '../../parts/choice.tsx'
import { Code, type CodeFault } from '../../parts/code/index.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { useWords } from '../../words/index.tsx'
import { executionIdOf } from '../executions/names.ts'
import { legible, syntaxFinding } from './editor/syntax.ts'
import styles from './machines.module.css'
import { placeOfPointer, skeletonOf } from './skeleton.ts'

type StartOf = {
  readonly machine: Pick<Machine, 'name' | 'type' | 'inputSchema'>
  /** What to begin with, where it is known. */
  readonly input?: string
  readonly onClose: () => void
}

export function StartDialog({ machine: { name, inputSchema }, input, onClose }: StartOf) {
  const { t } = useWords()
  const navigate = useNavigate()
  const [text, setText] = useState(() => input ?? JSON.stringify(skeletonOf(inputSchema) ?? {}, null, 2))
  const [runName, setRunName] = useState('')
  const start = useAct('executionStart')
  const faults = useFaults(text, start.error)
  const syntax = syntaxFinding(text)
  const send = (): void => {
    if (syntax !== undefined) return
    const named = runName.trim() === '' ? {} : { name: runName.trim() }
    start.mutate(
      { body: { machine: name, input: new RawJson(text), ...named } },
      {
        onSuccess: ({ arn }) =>
          void navigate({ to: '/executions/$execution', params: { execution: executionIdOf(arn) } }),
      },
    )
  }
  return (
    <Modal opened size="lg" onClose={onClose} title={t('machine.startTitle', { name })}>
      <EarlierInputs machine={name} onTake={setText} />
      <div className={styles['start']}>
        <Code
          label={t('machine.startInput')}
          text={text}
          faults={faults}
          onChange={(changed) => {
            setText(changed)
            start.reset()
          }}
        />
      </div>
      {syntax === undefined ? null : <SyntaxFault place={syntax.place} reason={syntax.message} />}
      {start.isError ? <ProblemBox error={start.error} /> : null}
      <TextInput
        label={t('machine.startName')}
        value={runName}
        maxLength={80}
        onChange={(event) => setRunName(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('part.cancel')}
        </Button>
        <Button disabled={syntax !== undefined} loading={start.isPending} onClick={send}>
          {t('machine.startGo')}
        </Button>
      </Group>
    </Modal>
  )
}

type EarlierOf = { readonly machine: string; readonly onTake: (input: string) => void }

function EarlierInputs({ machine, onTake }: EarlierOf) {
  const { t } = useWords()
  const earlier = useEarlierInputs(machine)
  return (
    <div className={styles['row']}>
      <strong>{t('machine.startInput')}</strong>
      {earlier.length === 0 ? null : (
        <Choice
          label={t('machine.startLast')}
          any={t('machine.startLast')}
          value={undefined}
          options={earlier.map(([run]) => [run, run] as const)}
          onChoose={(run) => {
            const found = earlier.find(([one]) => one === run)
            if (found !== undefined) onTake(found[1])
          }}
        />
      )}
    </div>
  )
}

export function SyntaxFault({ place, reason }: { readonly place: string; readonly reason: string }) {
  const { t } = useWords()
  const [line = '', column = ''] = place.split(':')
  return (
    <p className={styles['fault']} role="status">
      {t('machine.notJson', { line, column, reason })}
    </p>
  )
}

/** What is no JSON, or what the procedure's schema refused, where it is. */
function useFaults(text: string, error: ApiFault | null): readonly CodeFault[] {
  return useMemo(() => {
    const syntax = syntaxFinding(text)
    if (syntax !== undefined) return [{ ...syntax, fixes: [] }]
    const { code, detail, place } = error?.problem ?? { code: '', detail: '', place: undefined }
    if (code !== 'procedure.input' || place === undefined) return []
    const { from, to } = sourceSpanOf(text, placeOfPointer(place))
    return [{ from, to, severity: 'error', message: detail, code, fixes: [] }]
  }, [text, error])
}

const offered = 5

/** Inputs of the last executions, by their names; the same input once. */
function useEarlierInputs(machine: string): readonly (readonly [run: string, input: string])[] {
  const { client } = useApi()
  const found = useQuery({
    queryKey: ['executions', 'inputs', machine],
    queryFn: async ({ signal }) => {
      const { items } = await client.call('executionList', { query: { machine, limit: String(offered) } }, signal)
      // Of the history, where it stands as text: its numbers keep their spelling.
      const begun = await Promise.all(
        items.map(({ arn }) =>
          client.call('executionHistory', { params: { execution: executionIdOf(arn) }, query: { limit: '1' } }, signal),
        ),
      )
      const inputs = items.flatMap(({ name }, index) => {
        const input = begun[index]?.items[0]?.details?.['input']
        return typeof input === 'string' ? [[name, legible(input)] as const] : []
      })
      return inputs.filter(([, input], index) => inputs.findIndex(([, other]) => other === input) === index)
    },
  })
  return found.data ?? []
}
