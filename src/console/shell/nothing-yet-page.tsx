/** In place of every page for whoever is signed in and may nothing yet: that nothing is broken, whom to ask, and what they would do. */
import { Button } from '@mantine/core'
import { useAnswer } from '../api/context.tsx'
import type { SignedIn } from '../api/generated.ts'
import mark from '../favicon.svg'
import { Command } from '../parts/command.tsx'
import signIn from '../pages/sign-in/sign-in.module.css'
import { useWords } from '../words/index.tsx'
import { commandFor } from './nothing-yet.ts'
import { useSignOut } from './session.tsx'

/** So often it is looked whether they may something by now. */
const everyMs = 10_000

export function NothingYet({ session }: { readonly session: SignedIn }) {
  const { t } = useWords()
  const signOut = useSignOut()
  useAnswer('sessionDescribe', {}, { everyMs })
  const { actor, canSignOut } = session
  const command = commandFor(session)
  return (
    <main className={signIn['page']}>
      <title>{`${t('shell.nothingYet')} · Holdfast`}</title>
      <h1 className={signIn['title']}>
        <img src={mark} alt="" width={28} height={28} />
        {t('shell.account', { name: actor.name ?? actor.id })}
      </h1>
      <p>
        <strong>{t('shell.nothingYet')}</strong>
      </p>
      <p>{t('shell.nothingYetHint')}</p>
      {command === undefined ? null : <Command text={command} />}
      <p className={signIn['quiet']}>{t('shell.nothingYetOpens')}</p>
      {canSignOut ? (
        <Button variant="default" size="sm" onClick={() => void signOut()}>
          {t('shell.signOut')}
        </Button>
      ) : null}
    </main>
  )
}
