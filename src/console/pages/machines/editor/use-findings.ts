/** What the checker says of a text while it is being typed: the server's, for it knows JSONata; what is no JSON is told at once. */
import { useEffect, useMemo, useState } from 'react'
import { ApiFault } from '../../../api/client.ts'
import { useApi } from '../../../api/context.tsx'
import type { Diagnostic } from '../../../api/generated.ts'
import { findingsOf } from './findings.ts'
import { type Finding, syntaxFinding } from './syntax.ts'

const patienceMs = 180
const told = 100

export type Findings = {
  readonly findings: readonly Finding[]
  /** Undefined: not known yet. */
  readonly isValid: boolean | undefined
  readonly isTruncated: boolean
  readonly failure: ApiFault | undefined
}

type Answer = {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
  readonly truncated: boolean
  readonly failure?: ApiFault
}

export function useFindings(text: string | undefined, type: 'STANDARD' | 'EXPRESS'): Findings {
  const { client } = useApi()
  const syntax = useMemo(() => (text === undefined ? undefined : syntaxFinding(text)), [text])
  const [answer, setAnswer] = useState<Answer>()
  useEffect(() => {
    if (text === undefined || syntax !== undefined) return undefined
    const asking = new AbortController()
    const ask = async (): Promise<void> => {
      try {
        const body = { definition: text, type, severity: 'WARNING', limit: told } as const
        const { diagnostics, truncated } = await client.call('machineValidate', { body }, asking.signal)
        setAnswer({ text, diagnostics, truncated })
      } catch (error) {
        if (asking.signal.aborted) return
        if (!(error instanceof ApiFault)) throw error
        setAnswer({ text, diagnostics: [], truncated: false, failure: error })
      }
    }
    const timer = setTimeout(() => void ask(), patienceMs)
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [client, text, type, syntax])
  return useMemo(() => resultOf(text, syntax, answer), [text, syntax, answer])
}

function resultOf(text: string | undefined, syntax: Finding | undefined, answer: Answer | undefined): Findings {
  const none = { findings: [], isValid: undefined, isTruncated: false, failure: undefined }
  if (syntax !== undefined) return { ...none, findings: [syntax], isValid: false }
  // What was said of another text would be underlined at the wrong place.
  if (text === undefined || answer?.text !== text) return none
  const { diagnostics, truncated, failure } = answer
  if (failure !== undefined) return { ...none, failure }
  const findings = findingsOf(text, diagnostics)
  const isValid = findings.every(({ severity }) => severity === 'warning')
  return { findings, isValid, isTruncated: truncated, failure }
}
