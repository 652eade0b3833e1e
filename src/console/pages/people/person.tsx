/** One person: what they may do, which groups they are in, and the three things that are done to people. */
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Person } from '../../api/generated.ts'
import details from '../../parts/details.module.css'
import { Details } from '../../parts/details.tsx'
import { GrantsEditor } from '../../parts/grants.tsx'
import { Once } from '../../parts/once.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { Moment } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { GroupChoice } from './group-choice.tsx'
import { joinLink } from './new-person.tsx'
import { PersonState } from './person-state.tsx'

type Of = { readonly person: Person }

export function PersonDialog({ person, onClose }: Of & { readonly onClose: () => void }) {
  const { t } = useWords()
  const change = useAct('personChange', ['groups', 'session'])
  const [grants, setGrants] = useState(person.grants)
  const [groups, setGroups] = useState(person.groups)
  const { id, login, name, createdAt, joinedAt, disabledAt, recoveryCodes, passkeys } = person
  const isChanged = JSON.stringify([grants, groups]) !== JSON.stringify([person.grants, person.groups])
  return (
    <Details
      title={name}
      status={<PersonState person={person} />}
      onClose={onClose}
      facts={[
        [t('people.login'), login],
        [t('people.addedAt'), <Moment key="added" at={createdAt} />],
        ...(joinedAt === undefined
          ? []
          : [
              [t('people.joined'), <Moment key="joined" at={joinedAt} />] as const,
              [t('people.passkeys'), String(passkeys)] as const,
              [t('people.codes'), String(recoveryCodes)] as const,
            ]),
        ...(disabledAt === undefined ? [] : [[t('people.disabledAt'), <Moment key="off" at={disabledAt} />] as const]),
        [
          t('people.trail'),
          <span key="trail">
            <Link to="/audit" search={{ actor: id }}>
              {t('people.whatTheyDid')}
            </Link>
            {' · '}
            <Link to="/audit" search={{ subject: id }}>
              {t('people.whatWasDone')}
            </Link>
          </span>,
        ],
      ]}
      act={{
        words: t('people.save'),
        consequence: t('people.saveMeans'),
        isReady: isChanged,
        isPending: change.isPending,
        error: change.error,
        onAct: () => change.mutate({ params: { login }, body: { grants, groups } }, { onSuccess: onClose }),
      }}
      more={
        <>
          {disabledAt === undefined ? <InviteAgain person={person} /> : null}
          <Disable person={person} />
        </>
      }
    >
      <GrantsEditor label={t('people.may')} grants={grants} onChange={setGrants} />
      <GroupChoice chosen={groups} onChange={setGroups} />
    </Details>
  )
}

function InviteAgain({ person: { login, joinedAt } }: Of) {
  const { t } = useWords()
  const invite = useAct('personInvite')
  if (invite.data !== undefined) {
    return (
      <div className={details['more']}>
        <div className={details['once']}>
          <Once secret={joinLink(invite.data.code)} />
          <p>
            {t('people.goodUntil')} <Moment at={invite.data.expiresAt} />
          </p>
        </div>
      </div>
    )
  }
  return (
    <div className={details['more']}>
      <p>{t(joinedAt === undefined ? 'people.inviteSays' : 'people.inviteJoinedSays')}</p>
      <Button variant="default" loading={invite.isPending} onClick={() => invite.mutate({ params: { login } })}>
        {t('people.invite')}
      </Button>
      {invite.isError ? <ProblemBox error={invite.error} /> : null}
    </div>
  )
}

/** Not oneself: nobody could take that back. */
function Disable({ person: { id, login, disabledAt } }: Of) {
  const { t } = useWords()
  const session = useAnswer('sessionDescribe', {})
  const change = useAct('personChange', ['groups', 'sessions'])
  const isDisabled = disabledAt !== undefined
  if (session.data === undefined || session.data.actor.id === id) return null
  return (
    <div className={details['more']}>
      <p>{t(isDisabled ? 'people.enableMeans' : 'people.disableMeans')}</p>
      <Button
        {...(isDisabled ? {} : { color: 'red' })}
        variant={isDisabled ? 'default' : 'light'}
        loading={change.isPending}
        onClick={() => change.mutate({ params: { login }, body: { disabled: !isDisabled } })}
      >
        {t(isDisabled ? 'people.enable' : 'people.disable')}
      </Button>
      {change.isError ? <ProblemBox error={change.error} /> : null}
    </div>
  )
}
