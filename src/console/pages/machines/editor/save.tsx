/** Saving: what it changes and what for; and when somebody else has saved meanwhile, both to be seen and nothing lost. */
import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiFault } from '../../../api/client.ts'
import { refresh, useApi } from '../../../api/context.tsx'
import type { Machine } from '../../../api/generated.ts'
import { JsonDifference } from '../../../parts/json/difference.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { useWords } from '../../../words/index.tsx'
import { machineEditSearch } from '../search.ts'
import styles from './editor.module.css'
import type { DraftHandle } from './use-draft.ts'
import type { Findings } from './use-findings.ts'
import type { Origin } from './workbench.tsx'

type SaveOf = {
  readonly origin: Origin
  readonly draft: DraftHandle
  readonly found: Findings
  readonly onClose: () => void
}

export function SaveDialog({ origin, draft, found, onClose }: SaveOf) {
  const { t } = useWords()
  const [summary, setSummary] = useState('')
  const [isPublished, setPublished] = useState(false)
  const save = useSave({ origin, draft, summary: summary.trim(), isPublished, onSaved: onClose })
  if (save.conflict !== undefined) {
    return <ConflictDialog theirs={save.conflict} origin={origin} draft={draft} save={save} onClose={onClose} />
  }
  const isFaulty = found.isValid === false
  return (
    <Modal opened size="lg" onClose={onClose} title={t('machine.saveTitle', { name: origin.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.send(draft.base)
        }}
      >
        {isFaulty ? <p className={styles['fault']}>{t('machine.saveFaulty')}</p> : null}
        <TextInput
          data-autofocus
          label={t('machine.saveSummary')}
          description={t('machine.saveSummaryHint')}
          maxLength={500}
          value={summary}
          onChange={(event) => setSummary(event.currentTarget.value)}
        />
        <Checkbox
          mt="sm"
          size="xs"
          label={t('machine.savePublish')}
          checked={isPublished}
          onChange={(event) => setPublished(event.currentTarget.checked)}
        />
        {origin.isNew || isFaulty || found.isValid === undefined ? null : (
          <section className={styles['changes']}>
            <h3>{t('machine.saveWillChange')}</h3>
            <JsonDifference before={origin.definition} after={draft.text} />
          </section>
        )}
        {save.error === null ? null : <ProblemBox error={save.error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('part.cancel')}
          </Button>
          <Button type="submit" disabled={isFaulty} loading={save.isPending}>
            {t('machine.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

type Saving = {
  readonly origin: Origin
  readonly draft: DraftHandle
  readonly summary: string
  readonly isPublished: boolean
  readonly onSaved: () => void
}

type Save = {
  /** Over the revision that is there, as far as it is this one. */
  readonly send: (revision: string | undefined) => void
  readonly isPending: boolean
  readonly error: unknown
  /** What somebody else has saved. */
  readonly conflict: Machine | undefined
}

const isConflict = (error: unknown): boolean =>
  error instanceof ApiFault && /^(machine\.(revision_changed|exists)|api\.precondition)$/.test(error.problem.code)

function useSave({ origin, draft, summary, isPublished, onSaved }: Saving): Save {
  const { client } = useApi()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [conflict, setConflict] = useState<Machine>()
  const { name, type } = origin
  const params = { machine: name }
  const save = useMutation<void, unknown, string | undefined>({
    mutationFn: async (revision) => {
      const { text } = draft
      const said = summary === '' ? {} : { summary }
      try {
        if (revision === undefined)
          await client.call('machineCreate', { body: { name, type, definition: text, ...said } })
        else await client.call('machineUpdate', { params, body: { definition: text, ...said }, ifMatch: revision })
      } catch (error) {
        if (!isConflict(error)) throw error
        setConflict(await client.call('machineDescribe', { params }))
        return
      }
      if (isPublished)
        await client.call('machinePublish', {
          params,
          body: summary === '' ? {} : { description: summary.slice(0, 256) },
        })
      const saved = await client.call('machineDescribe', { params })
      draft.settle(text, saved.revisionId ?? 'INITIAL')
      await refresh(queries, ['machines'])
      onSaved()
      // What it began with is over: the address says so.
      void navigate({
        to: '/machines/$machine/edit',
        params,
        search: (before) => ({ ...machineEditSearch(before), sample: undefined, type: undefined }),
        replace: true,
        ignoreBlocker: true,
      })
    },
  })
  return { send: (revision) => save.mutate(revision), isPending: save.isPending, error: save.error, conflict }
}

type ConflictOf = {
  readonly theirs: Machine
  readonly origin: Origin
  readonly draft: DraftHandle
  readonly save: Save
  readonly onClose: () => void
}

function ConflictDialog({ theirs, origin, draft, save, onClose }: ConflictOf) {
  const { t } = useWords()
  const { revisionId = 'INITIAL', definition } = theirs
  return (
    <Modal opened size="xl" onClose={onClose} title={t('machine.conflictTitle')}>
      <p>{t('machine.conflictHint')}</p>
      {origin.isNew ? null : (
        <section className={styles['changes']}>
          <h3>{t('machine.conflictTheirs')}</h3>
          <JsonDifference before={draft.saved} after={definition} />
        </section>
      )}
      <section className={styles['changes']}>
        <h3>{t('machine.conflictMine')}</h3>
        <JsonDifference before={definition} after={draft.text} />
      </section>
      {save.error === null ? null : <ProblemBox error={save.error} />}
      <Group justify="flex-end" mt="md">
        <Button
          variant="subtle"
          onClick={() => {
            draft.settle(definition, revisionId)
            onClose()
          }}
        >
          {t('machine.conflictTake')}
        </Button>
        <Button variant="default" loading={save.isPending} onClick={() => save.send(revisionId)}>
          {t('machine.conflictOver')}
        </Button>
        <Button onClick={onClose}>{t('machine.conflictKeep')}</Button>
      </Group>
    </Modal>
  )
}
