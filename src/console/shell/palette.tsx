/** ⌘K: what can be done now, any page, what was looked at last, and deployments, executions, machines and hosts by their names. */
import { Spotlight, spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Icon } from '../parts/icons.tsx'
import { useWords } from '../words/index.tsx'
import type { Deed } from './deeds.ts'
import { recentOf, storedRecent } from './recent.ts'
import { usePaletteGroups } from './palette-groups.tsx'

export const openPalette = (): void => spotlight.open()

const DeedDialog = lazy(() => import('./deed-dialog.tsx').then((module) => ({ default: module.DeedDialog })))

export function Palette() {
  const { t } = useWords()
  const [query, setQuery] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [deed, setDeed] = useState<Deed>()
  useRemembering()
  const groups: readonly SpotlightActionGroupData[] = usePaletteGroups({ query, isOpen, onDeed: setDeed })
  return (
    <>
      <Spotlight
        actions={[...groups]}
        query={query}
        onQueryChange={setQuery}
        onSpotlightOpen={() => setOpen(true)}
        onSpotlightClose={() => setOpen(false)}
        nothingFound={t('shell.paletteNothing')}
        shortcut={['mod + K']}
        highlightQuery
        scrollable
        maxHeight={480}
        searchProps={{
          leftSection: <Icon name="search" />,
          placeholder: t('shell.paletteHint'),
          'aria-label': t('shell.palette'),
        }}
      />
      {deed === undefined ? null : (
        <Suspense>
          <DeedDialog deed={deed} onClose={() => setDeed(undefined)} />
        </Suspense>
      )}
    </>
  )
}

function useRemembering(): void {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  useEffect(() => {
    const seen = recentOf(path)
    if (seen !== undefined) storedRecent.add(seen)
  }, [path])
}
