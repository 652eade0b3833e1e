/** Whether the chain holds, and all of it as a file. */
import { useMutation } from '@tanstack/react-query'
import type { AnswerOf, ApiFault } from '../../api/client.ts'
import { useApi } from '../../api/context.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'

export function useVerify() {
  const { client } = useApi()
  return useMutation<AnswerOf<'trailVerify'>, ApiFault>({ mutationFn: () => client.call('trailVerify', {}) })
}

export function Proof({ verify }: { readonly verify: ReturnType<typeof useVerify> }) {
  const { t, language } = useWords()
  if (verify.isError) return <ProblemBox error={verify.error} />
  if (verify.data === undefined) return null
  const { ok, broken, checked, checkedHeads, signedThrough, unsealed } = verify.data
  const count = new Intl.NumberFormat(language)
  if (!ok) {
    return (
      <State tone="failed" strong word={t('audit.broken', { seq: broken?.seq ?? 0, detail: broken?.detail ?? '' })} />
    )
  }
  const words = t('audit.holds', {
    checked: count.format(checked),
    heads: count.format(checkedHeads),
    signed: count.format(signedThrough),
  })
  return (
    <span role="status">
      <State tone="done" strong word={words} /> {unsealed === 0 ? '' : t('audit.unsealed', { count: unsealed })}
    </span>
  )
}

/** JSON lines that `holdfast audit verify` can prove elsewhere. */
export function useExport() {
  const { client } = useApi()
  return useMutation<void, ApiFault>({
    mutationFn: async () => {
      const text = await client.text('/v1/trail/export')
      const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
      const link = document.createElement('a')
      link.href = url
      link.download = 'holdfast-trail.jsonl'
      link.click()
      URL.revokeObjectURL(url)
    },
  })
}
