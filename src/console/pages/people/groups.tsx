/** Groups: what each of their members may do besides their own. */
import { Button, TextInput } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Group } from '../../api/generated.ts'
import type { Grant } from '../../api/may.ts'
import details from '../../parts/details.module.css'
import { Details } from '../../parts/details.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Filters } from '../../parts/filters.tsx'
import { grantText } from '../../parts/grant.ts'
import { GrantsEditor } from '../../parts/grants.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { type Column, RowTable } from '../../parts/table.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import { useGo } from './use-go.ts'
import styles from './people.module.css'

const fresh: Group = { name: '', grants: [{ role: 'viewer' }], members: [] }

/** `choice`: between the lists; in one line with what belongs to this one. */
export function Groups({ choice }: { readonly choice: ReactNode }) {
  const words = useWords()
  const { t } = words
  const go = useGo()
  const { one } = useSearch({ from: '/frame/people' })
  const [isMaking, setMaking] = useState(false)
  const groups = useAnswer('groupList', {})
  const items = groups.data?.items ?? []
  const shown = items.find(({ name }) => name === one)
  const columns = useMemo(() => columnsIn(words), [words])
  return (
    <>
      <Filters>
        {choice}
        <span className={styles['spring']} />
        <Button onClick={() => setMaking(true)}>{t('people.makeGroup')}</Button>
      </Filters>
      {groups.isError ? (
        <ProblemBox error={groups.error} onRetry={() => void groups.refetch()} />
      ) : items.length === 0 && groups.isSuccess ? (
        <Empty title={t('people.noGroups')} commands={['holdfast groups set on-call --may responder']}>
          {t('people.noGroupsHint')}
        </Empty>
      ) : (
        <RowTable
          label={t('people.groups')}
          columns={columns}
          items={items}
          keyOf={({ name }) => name}
          onOpen={({ name }) => go({ one: name })}
        />
      )}
      {isMaking ? <GroupDialog group={fresh} onClose={() => setMaking(false)} /> : null}
      {shown === undefined ? null : (
        <GroupDialog key={shown.name} group={shown} onClose={() => go({ one: undefined })} />
      )}
    </>
  )
}

function columnsIn({ t }: Words): readonly Column<Group>[] {
  return [
    { key: 'name', head: t('people.group'), width: 'minmax(100px, 1fr)', cell: ({ name }) => name },
    {
      key: 'may',
      head: t('people.may'),
      width: 'minmax(120px, 2fr)',
      cell: ({ grants }) => grants.map(grantText).join(', ') || '–',
    },
    {
      key: 'members',
      head: t('people.members'),
      width: 'minmax(120px, 2fr)',
      wide: true,
      cell: ({ members }) => members.join(', ') || '–',
    },
  ]
}

function GroupDialog({ group, onClose }: { readonly group: Group; readonly onClose: () => void }) {
  const { t } = useWords()
  const set = useAct('groupSet', ['people', 'session'])
  const [name, setName] = useState(group.name)
  const [grants, setGrants] = useState<readonly Grant[]>(group.grants)
  const isNew = group.name === ''
  return (
    <Details
      title={isNew ? t('people.makeGroup') : group.name}
      onClose={onClose}
      facts={isNew ? [] : [[t('people.members'), group.members.join(', ') || t('people.noMembers')]]}
      act={{
        words: t('people.save'),
        consequence: t('people.groupMeans'),
        isReady: name.trim() !== '' && (isNew || grants !== group.grants),
        isPending: set.isPending,
        error: set.error,
        onAct: () => set.mutate({ params: { name: name.trim() }, body: { grants } }, { onSuccess: onClose }),
      }}
      more={isNew ? undefined : <Remove name={group.name} onRemoved={onClose} />}
    >
      {isNew ? (
        <TextInput
          data-autofocus
          label={t('people.group')}
          description={t('people.groupHint')}
          value={name}
          maxLength={63}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      ) : null}
      <GrantsEditor label={t('people.may')} grants={grants} onChange={setGrants} />
    </Details>
  )
}

function Remove({ name, onRemoved }: { readonly name: string; readonly onRemoved: () => void }) {
  const { t } = useWords()
  const remove = useAct('groupRemove', ['people', 'session'])
  return (
    <div className={details['more']}>
      <p>{t('people.removeMeans')}</p>
      <Button
        color="red"
        variant="light"
        loading={remove.isPending}
        onClick={() => remove.mutate({ params: { name } }, { onSuccess: onRemoved })}
      >
        {t('people.removeGroup')}
      </Button>
      {remove.isError ? <ProblemBox error={remove.error} /> : null}
    </div>
  )
}
