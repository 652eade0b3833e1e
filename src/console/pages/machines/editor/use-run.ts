/** The cases of a machine, and the run of one against the text as it is. */
import { useCallback, useMemo, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { ApiFault } from '../../../api/client.ts'
import { useApi } from '../../../api/context.tsx'
import type { Rehearsed } from '../../../api/generated.ts'
import { caseToSend, freshCase, keepCases, type MockCase, readCases } from './mock-case.ts'
import { type RunStory, storyOf } from './run-story.ts'

export type Ran = { readonly definition: string; readonly result: Rehearsed }

export type Run = {
  readonly definition: string
  readonly cases: readonly MockCase[]
  readonly change: (cases: readonly MockCase[]) => void
  /** Of the last run, as long as its case is looked at. */
  readonly story: RunStory | undefined
  readonly isStale: boolean
  /** Name of a case → what came of it. */
  readonly results: ReadonlyMap<string, Rehearsed>
  readonly start: (testCase: MockCase) => void
  readonly isRunning: boolean
  readonly error: ApiFault | null
}

type RunOf = {
  readonly machine: string
  readonly definition: string
  readonly type: 'STANDARD' | 'EXPRESS'
  /** Input of the sample that the machine was made from. */
  readonly sample: string | undefined
}

export function useRun({ machine, definition, type, sample }: RunOf): Run {
  const { client } = useApi()
  const [cases, setCases] = useState<readonly MockCase[]>(() => {
    const kept = readCases(localStorage, machine)
    return kept.length === 0 ? [freshCase('first', sample)] : kept
  })
  const [results, setResults] = useState<ReadonlyMap<string, Rehearsed>>(new Map())
  const [last, setLast] = useState<Ran>()
  const run = useMutation<Ran, ApiFault, MockCase>({
    mutationFn: async (testCase) => {
      const body = { definition, type, case: caseToSend(testCase) }
      return { definition, result: await client.call('machineRehearse', { body }) }
    },
    onSuccess: (ran, { name }) => {
      setLast(ran)
      setResults((before) => new Map([...before, [name, ran.result]]))
    },
  })
  const change = useCallback(
    (changed: readonly MockCase[]) => {
      setCases(changed)
      keepCases(localStorage, machine, changed)
    },
    [machine],
  )
  const story = useMemo(() => (last === undefined ? undefined : storyOf(last.result)), [last])
  return {
    ...{ definition, cases, change, story, results },
    isStale: last !== undefined && last.definition !== definition,
    start: (testCase) => run.mutate(testCase),
    isRunning: run.isPending,
    error: run.error,
  }
}
