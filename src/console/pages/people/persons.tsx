/** Everybody who may sign in, those who are disabled too. */
import { Button } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useAnswer } from '../../api/context.tsx'
import type { Person } from '../../api/generated.ts'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { grantText } from '../../parts/grant.ts'
import { matching } from '../../parts/matching.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { NewPersonDialog } from './new-person.tsx'
import { PersonState } from './person-state.tsx'
import { PersonDialog } from './person.tsx'
import { standingOf } from './standing.ts'
import { useGo } from './use-go.ts'
import styles from './people.module.css'

/** `choice`: between the lists; in one line with what belongs to this one. */
export function Persons({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one, find } = useSearch({ from: '/frame/people' })
  const onFind = useCallback((typed: string | undefined) => go({ find: typed }), [go])
  const [isAdding, setAdding] = useState(false)
  const people = useAnswer('personList', {})
  const items = people.data?.items ?? []
  const shown = items.find(({ login }) => login === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>
        {choice}
        <SearchField isMain label={t('part.find')} value={find} onSearch={onFind} />
        <span className={styles['spring']} />
        <Button onClick={() => setAdding(true)}>{t('people.add')}</Button>
      </Filters>
      {people.isError ? (
        <ProblemBox error={people.error} onRetry={() => void people.refetch()} />
      ) : items.length === 0 && people.isSuccess ? (
        <Empty
          title={t('people.none')}
          commands={['holdfast people add mika --name "Mika Tanaka" --may deployer@acme/shop']}
        >
          {t('people.noneHint')}
        </Empty>
      ) : (
        <RowTable
          label={t('people.people')}
          columns={columns}
          items={matching(items, find, textOf)}
          keyOf={({ id }) => id}
          glowOn={(person) => standingOf(person).says}
          onOpen={({ login }) => go({ one: login })}
        />
      )}
      {isAdding ? <NewPersonDialog onClose={() => setAdding(false)} /> : null}
      {shown === undefined ? null : (
        <PersonDialog key={shown.id} person={shown} onClose={() => go({ one: undefined })} />
      )}
    </>
  )
}

/** What somebody is found by. */
const textOf = ({ name, login, groups, grants }: Person): string =>
  [name, login, ...groups, ...grants.map(grantText)].join(' ')

function columnsIn({ t }: Words): readonly Column<Person>[] {
  return [
    { key: 'state', head: t('people.state'), width: '136px', cell: (person) => <PersonState person={person} /> },
    {
      key: 'name',
      head: t('people.name'),
      width: 'minmax(120px, 1.4fr)',
      cell: ({ name, login }) => (name === login ? name : `${name} · ${login}`),
    },
    {
      key: 'may',
      head: t('people.may'),
      width: 'minmax(120px, 2fr)',
      wide: true,
      cell: ({ grants }) => grants.map(grantText).join(', ') || '–',
    },
    {
      key: 'groups',
      head: t('people.groups'),
      width: 'minmax(80px, 1fr)',
      wide: true,
      cell: ({ groups }) => groups.join(', ') || '–',
    },
    {
      key: 'passkeys',
      head: t('people.passkeys'),
      width: '88px',
      wide: true,
      numeric: true,
      cell: ({ passkeys, joinedAt }) => (joinedAt === undefined ? '–' : passkeys),
    },
    {
      key: 'codes',
      head: t('people.codes'),
      width: '112px',
      wide: true,
      numeric: true,
      cell: ({ recoveryCodes, joinedAt }) => (joinedAt === undefined ? '–' : recoveryCodes),
    },
    {
      key: 'since',
      head: t('people.joined'),
      width: '96px',
      wide: true,
      numeric: true,
      cell: ({ joinedAt }) => (joinedAt === undefined ? '–' : <When at={joinedAt} />),
    },
  ]
}
