/** What opens Holdfast and what it opens with: tokens, keys that sign releases, who is signed in, connections of HTTP tasks. */
import { useSearch } from '@tanstack/react-router'
import type { MayVerb } from '../../api/may.ts'
import { useMay } from '../../api/use-may.ts'
import { NotYours } from '../../parts/not-yours.tsx'
import { Page } from '../../parts/page.tsx'
import { Switch } from '../../parts/switch.tsx'
import { useWords } from '../../words/index.tsx'
import { Connections } from './connections.tsx'
import { Keys } from './keys.tsx'
import { type AccessTab, accessTabs } from './search.ts'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'
import { useGo } from './use-go.ts'

const lists = { tokens: Tokens, keys: Keys, sessions: Sessions, connections: Connections } as const

const verbOf = {
  tokens: 'token.list',
  keys: 'key.list',
  sessions: 'session.list',
  connections: 'connection.list',
} as const satisfies Record<AccessTab, MayVerb>

export function AccessPage() {
  const { t } = useWords()
  const { tab: wanted } = useSearch({ from: '/frame/access' })
  const go = useGo()
  const may = useMay()
  const tabs = accessTabs.filter((one) => may(verbOf[one]))
  const tab = wanted ?? tabs[0] ?? 'keys'
  // An address may lead to a list that is not shown to everybody.
  const isOpen = tabs.includes(tab)
  const List = lists[tab]
  const choice = (
    <Switch
      label={t('access.lists')}
      value={tab}
      options={tabs.map((one) => [one, t(`access.${one}`)] as const)}
      onChoose={(one) => go({ tab: one, one: undefined, all: undefined, find: undefined })}
    />
  )
  return (
    <Page fill name={t('access.title')} title={t('access.title')} status={t(`access.says_${tab}`)}>
      {isOpen ? (
        <List choice={choice} />
      ) : (
        <>
          {choice}
          <NotYours verb={verbOf[tab]} />
        </>
      )}
    </Page>
  )
}
