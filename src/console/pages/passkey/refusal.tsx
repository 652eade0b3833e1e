/** Why a passkey did not do, in the reader's language where it is one of the usual reasons. */
import { Button } from '@mantine/core'
import { ApiFault } from '../../api/client.ts'
import { PasskeyFault } from '../../api/passkey.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import { StateIcon } from '../../parts/state.tsx'
import { useSignOut } from '../../shell/session.tsx'
import { useWords, type WordKey } from '../../words/index.tsx'
import signIn from '../sign-in/sign-in.module.css'

const says: Readonly<Record<string, WordKey>> = {
  'access.passkey_refused': 'passkey.refused',
  'access.passkey_invalid': 'passkey.invalid',
  'access.passkey_exists': 'passkey.fault_known',
  'access.passkey_last': 'passkey.last',
  'access.sign_in_stale': 'passkey.stale',
}

/** What is said of it; undefined of what is not usual. */
export function wordsOf(error: unknown): WordKey | undefined {
  if (error instanceof PasskeyFault) return `passkey.fault_${error.reason}`
  return error instanceof ApiFault ? says[error.problem.code] : undefined
}

export function PasskeyRefusal({ error }: { readonly error: unknown }) {
  const { t } = useWords()
  const words = wordsOf(error)
  if (words === undefined) return <ProblemBox error={error} />
  return (
    <div className={signIn['refusal']} role="alert" data-tone="failed">
      <StateIcon tone="failed" />
      <span>{t(words)}</span>
      {words === 'passkey.stale' ? <SignInAgain /> : null}
    </div>
  )
}

function SignInAgain() {
  const { t } = useWords()
  const signOut = useSignOut()
  return (
    <Button variant="default" size="compact-xs" onClick={() => void signOut(location.pathname)}>
      {t('passkey.signInAgain')}
    </Button>
  )
}
