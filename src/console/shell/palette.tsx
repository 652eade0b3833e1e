/** ⌘K: any page, and any id that is pasted. */
import { Spotlight, spotlight } from '@mantine/spotlight'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Icon } from '../parts/icons.tsx'
import { useWords } from '../words/index.tsx'
import { groups, placeOfId } from './navigation.ts'

export const openPalette = (): void => spotlight.open()

export function Palette() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const place = placeOfId(query)
  const pages = groups.map(({ name, path, icon, words }) => ({
    id: name,
    label: t(words),
    leftSection: <Icon name={icon} />,
    onClick: () => void navigate({ to: path }),
  }))
  const pasted =
    place === undefined
      ? []
      : [
          {
            id: place.id,
            label: t(place.kind === 'deployment' ? 'shell.openDeployment' : 'shell.openExecution', { id: place.id }),
            keywords: query,
            leftSection: <Icon name="open" />,
            onClick: () =>
              void (place.kind === 'deployment'
                ? navigate({ to: '/deploys/$id', params: { id: place.id } })
                : navigate({ to: '/executions/$execution', params: { execution: place.id } })),
          },
        ]
  return (
    <Spotlight
      actions={[...pasted, ...pages]}
      query={query}
      onQueryChange={setQuery}
      nothingFound={t('shell.paletteNothing')}
      shortcut={['mod + K']}
      highlightQuery
      searchProps={{
        leftSection: <Icon name="search" />,
        placeholder: t('shell.paletteHint'),
        'aria-label': t('shell.palette'),
      }}
    />
  )
}
