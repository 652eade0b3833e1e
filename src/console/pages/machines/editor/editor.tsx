/** Writing a state machine: its text beside the graph, what is wrong with it, and runs with mocks before anything is saved. */
import { useParams, useSearch } from '@tanstack/react-router'
import { useAnswer } from '../../../api/context.tsx'
import { Page } from '../../../parts/page.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { useWords } from '../../../words/index.tsx'
import { emptyDefinition, sampleDefinition } from '../samples.ts'
import type { MachineEditSearch } from '../search.ts'
import { legible } from './syntax.ts'
import { type Origin, Workbench } from './workbench.tsx'

export function MachineEditorPage() {
  const { t } = useWords()
  const { machine: name } = useParams({ from: '/frame/machines/$machine/edit' })
  const search = useSearch({ from: '/frame/machines/$machine/edit' })
  const found = useAnswer('machineDescribe', { params: { machine: name } })
  const isMissing = found.error?.problem.status === 404
  if (found.isError && !isMissing) {
    return (
      <Page name={name} title={name}>
        <ProblemBox error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  if (found.data === undefined && !isMissing) {
    return <Page name={name} title={name} status={t('part.loading')} children={null} />
  }
  const origin: Origin =
    isMissing || found.data === undefined
      ? freshOf(name, search)
      : { ...found.data, definition: legible(found.data.definition), isNew: false }
  return <Workbench key={name} origin={origin} search={search} />
}

function freshOf(name: string, { sample, type = 'STANDARD' }: MachineEditSearch): Origin {
  const definition = sample === undefined ? emptyDefinition : sampleDefinition(sample)
  return { name, type, definition, isNew: true }
}
