/** Who keeps a place closed, or has it under way; and closing one, with the reason. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Lock } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { shortened } from '../../parts/id.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { Page } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { placeOf } from '../deploys/place.ts'
import { BreakDialog, CloseDialog } from './dialogs.tsx'
import { Protections } from './protections.tsx'
import styles from './locks.module.css'

export function LocksPage() {
  const { t } = useWords()
  const [isClosing, setClosing] = useState(false)
  const locks = useAnswer('lockList', {})
  const items = locks.data?.items ?? []
  return (
    <Page
      name={t('lock.title')}
      title={t('lock.title')}
      status={!locks.isSuccess ? null : items.length === 0 ? t('lock.none') : t('lock.answer', { count: items.length })}
      actions={
        <MayButton needs={{ verb: 'lock.acquire' }} onClick={() => setClosing(true)}>
          {t('lock.close')}
        </MayButton>
      }
    >
      {locks.isError ? (
        <ProblemBox error={locks.error} onRetry={() => void locks.refetch()} />
      ) : items.length === 0 && locks.isSuccess ? (
        <Empty title={t('lock.none')} commands={["holdfast lock acme/hello production --reason 'sale day'"]}>
          {t('lock.emptyHint')}
        </Empty>
      ) : (
        <ul className={styles['locks']}>
          {items.map((lock) => (
            <Held key={`${placeOf(lock)} ${lock.kind}`} lock={lock} />
          ))}
        </ul>
      )}
      <Protections />
      {isClosing ? <CloseDialog onClose={() => setClosing(false)} /> : null}
    </Page>
  )
}

/** The reason stands in full, on a phone too: it is what somebody who may not deploy wants to know. */
function Held({ lock }: { readonly lock: Lock }) {
  const { t } = useWords()
  const { kind, reason, takenAt, expiresAt } = lock
  const isPerson = kind === 'person'
  return (
    <li>
      <div className={styles['line']}>
        <strong>{placeOf(lock)}</strong>
        <span className={styles['spring']} />
        {isPerson ? <Unlock lock={lock} /> : null}
      </div>
      {isPerson ? <p className={styles['reason']}>{reason}</p> : null}
      <p className={styles['quiet']}>
        <State tone={isPerson ? 'halted' : 'running'} word={t(isPerson ? 'lock.closed' : 'lock.underWay')} />
        {' · '}
        <Owner lock={lock} />
        {' · '}
        {t('lock.taken')} <When at={takenAt} />
        {isPerson ? (
          <>
            {' · '}
            {t('lock.opensItself')} <When at={expiresAt} />
          </>
        ) : null}
      </p>
    </li>
  )
}

function Owner({ lock: { kind, owner, ownerName } }: { readonly lock: Lock }) {
  const { t } = useWords()
  if (kind === 'deployment' && owner !== null) {
    return (
      <Link to="/deploys/$id" params={{ id: owner }}>
        {t('lock.deployment', { id: shortened(owner) })}
      </Link>
    )
  }
  return ownerName ?? owner ?? ''
}

/** One's own is opened at once: it can be closed again. Another one's is broken, with a reason. */
function Unlock({ lock }: { readonly lock: Lock }) {
  const { t } = useWords()
  const [isBreaking, setBreaking] = useState(false)
  const session = useAnswer('sessionDescribe', {})
  const release = useAct('lockRelease', ['places', 'deployments'])
  const { project, config, owner } = lock
  const isMine = session.data?.actor.id === owner
  const place = { project, config }
  return (
    <>
      {isMine ? (
        <MayButton
          needs={{ verb: 'lock.release', place }}
          size="compact-xs"
          variant="default"
          loading={release.isPending}
          onClick={() => release.mutate({ body: { project, config } })}
        >
          {t('lock.open')}
        </MayButton>
      ) : (
        <MayButton
          needs={{ verb: 'lock.break', place }}
          size="compact-xs"
          variant="default"
          onClick={() => setBreaking(true)}
        >
          {t('lock.break')}
        </MayButton>
      )}
      {release.isError ? <ProblemBox error={release.error} /> : null}
      {isBreaking ? <BreakDialog lock={lock} onClose={() => setBreaking(false)} /> : null}
    </>
  )
}
