/** The roles that there are: what each is for, and which people have it. */
import { useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Group, Person } from '../../api/generated.ts'
import { type Role, roles } from '../../api/may.ts'
import { Details } from '../../parts/details.tsx'
import { Filters } from '../../parts/filters.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { type Holder, holdersOf, peopleOf } from './holders.ts'
import { useGo } from './use-go.ts'
import styles from './people.module.css'

type Held = { readonly role: Role; readonly holders: readonly Holder[] }

/** `choice`: between the lists. */
export function Roles({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one } = useSearch({ from: '/frame/people' })
  const people = useAnswer('personList', {})
  const groups = useAnswer('groupList', {})
  const items = useMemo(() => heldBy(people.data?.items, groups.data?.items), [people.data, groups.data])
  const failed = [people, groups].find(({ isError }) => isError)
  const shown = failed === undefined ? items?.find(({ role }) => role === one) : undefined
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>{choice}</Filters>
      {failed !== undefined ? (
        <ProblemBox error={failed.error} onRetry={() => void failed.refetch()} />
      ) : items === undefined ? (
        <p>{t('part.loading')}</p>
      ) : (
        <RowTable
          label={t('people.roles')}
          columns={columns}
          items={items}
          keyOf={({ role }) => role}
          onOpen={({ role }) => go({ one: role })}
        />
      )}
      {shown === undefined ? null : <RoleDialog held={shown} onClose={() => go({ one: undefined })} />}
    </>
  )
}

/** Undefined until both are known: by half of it somebody would seem to have nothing. */
const heldBy = (people: readonly Person[] | undefined, groups: readonly Group[] | undefined) =>
  people === undefined || groups === undefined
    ? undefined
    : roles.map((role): Held => ({ role, holders: holdersOf(role, people, groups) }))

function columnsIn({ t }: Words): readonly Column<Held>[] {
  return [
    { key: 'role', head: t('people.role'), width: '88px', cell: ({ role }) => role },
    {
      key: 'for',
      head: t('people.roleFor'),
      width: 'minmax(120px, 2fr)',
      cell: ({ role }) => t(`people.role_${role}`),
    },
    {
      key: 'who',
      head: t('people.roleHeld'),
      width: 'minmax(160px, 1.4fr)',
      wide: true,
      cell: ({ holders }) =>
        peopleOf(holders)
          .map(({ name }) => name)
          .join(', ') || '–',
    },
    {
      key: 'count',
      head: t('people.people'),
      width: '64px',
      numeric: true,
      cell: ({ holders }) => peopleOf(holders).length,
    },
  ]
}

function RoleDialog({ held: { role, holders }, onClose }: { readonly held: Held; readonly onClose: () => void }) {
  const { t } = useWords()
  return (
    <Details title={role} onClose={onClose} facts={[[t('people.roleFor'), t(`people.role_${role}`)]]}>
      <section>
        <h3 className={styles['heading']}>{t('people.roleHeld')}</h3>
        {holders.length === 0 ? <p className={styles['nobody']}>{t('people.roleNobody')}</p> : null}
        <ul className={styles['holders']}>
          {holders.map(({ id, name, login, where, group }) => (
            <li key={`${id} ${where} ${group}`}>
              <span>
                {name} · {login}
              </span>
              <span>{where === '' ? t('part.grantsEverywhere') : where}</span>
              {group === undefined ? null : <span>{t('people.byGroup', { group })}</span>}
            </li>
          ))}
        </ul>
      </section>
    </Details>
  )
}
