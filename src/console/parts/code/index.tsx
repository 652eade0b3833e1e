/** The editor, which comes when it is shown: CodeMirror is half as large as all the rest. */
import { lazy, Suspense } from 'react'
import { useWords } from '../../words/index.tsx'
import type { CodeOf } from './code.tsx'

export type { CodeFault, CodeOf, CodePlace } from './code.tsx'

const Editor = lazy(async () => ({ default: (await import('./code.tsx')).Code }))

export function Code(code: CodeOf) {
  const { t } = useWords()
  return (
    <Suspense fallback={<p>{t('part.loading')}</p>}>
      <Editor {...code} />
    </Suspense>
  )
}
