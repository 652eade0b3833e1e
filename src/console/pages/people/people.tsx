/** Who may sign in, and what they may do: people, groups and roles. */
import { useSearch } from '@tanstack/react-router'
import { Page } from '../../parts/page.tsx'
import { Switch } from '../../parts/switch.tsx'
import { useWords } from '../../words/index.tsx'
import { Groups } from './groups.tsx'
import { Persons } from './persons.tsx'
import { Roles } from './roles.tsx'
import { peopleTabs } from './search.ts'
import { useGo } from './use-go.ts'

const lists = { people: Persons, groups: Groups, roles: Roles } as const

export function PeoplePage() {
  const { t } = useWords()
  const { tab = 'people' } = useSearch({ from: '/frame/people' })
  const go = useGo()
  const List = lists[tab]
  const choice = (
    <Switch
      label={t('people.lists')}
      value={tab}
      options={peopleTabs.map((one) => [one, t(`people.${one}`)] as const)}
      onChoose={(one) => go({ tab: one, one: undefined, find: undefined })}
    />
  )
  return (
    <Page fill name={t('people.title')} title={t('people.title')} status={t(`people.says_${tab}`)}>
      <List choice={choice} />
    </Page>
  )
}
