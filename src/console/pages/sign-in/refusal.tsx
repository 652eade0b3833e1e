/** Why signing in did not work, in the reader's language where it is one of the usual reasons. */
import { ApiFault } from '../../api/client.ts'
import { StateIcon } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import { PasskeyRefusal } from '../passkey/refusal.tsx'
import { reasonOf } from './reason.ts'
import styles from './sign-in.module.css'

export function Refusal({ error }: { readonly error: unknown }) {
  const { t } = useWords()
  const reason = error instanceof ApiFault ? reasonOf(error.problem) : undefined
  if (reason === undefined) return <PasskeyRefusal error={error} />
  return (
    <p className={styles['refusal']} role="alert" data-tone="failed">
      <StateIcon tone="failed" />
      {t(`signIn.reason_${reason.kind}`, { wait: reason.wait })}
    </p>
  )
}
