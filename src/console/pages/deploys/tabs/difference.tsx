/** What the release says differently from the one that served before it. */
import { Link } from '@tanstack/react-router'
import { useAnswer } from '../../../api/context.tsx'
import type { Deployment } from '../../../api/generated.ts'
import { JsonDifference } from '../../../parts/json/difference.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { useWords } from '../../../words/index.tsx'
import deploy from '../deploy.module.css'
import { releaseText } from '../release.ts'

export function Difference({ deployment: { former, releaseId } }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const enabled = former !== null
  const before = useAnswer('releaseDescribe', { params: { id: former?.releaseId ?? '' } }, { enabled })
  const after = useAnswer('releaseDescribe', { params: { id: releaseId } })
  if (former === null) return <p className={deploy['quiet']}>{t('deploy.noneBefore')}</p>
  const error = before.error ?? after.error
  if (error !== null) return <ProblemBox error={error} />
  if (before.data === undefined || after.data === undefined)
    return <p className={deploy['quiet']}>{t('part.loading')}</p>
  return (
    <>
      <p className={deploy['quiet']}>
        {t('deploy.differenceTo')}{' '}
        <Link to="/deploys/$id" params={{ id: former.fleet }}>
          <code>{former.releaseId}</code>
        </Link>
      </p>
      <JsonDifference before={releaseText(before.data.document)} after={releaseText(after.data.document)} />
    </>
  )
}
