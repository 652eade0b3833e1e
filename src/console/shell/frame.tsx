/** The shell around every page: navigation at the side, header on top, the keyboard, the palette, and the trail that keeps lists current. */
import { Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useRef } from 'react'
import { type Changes, staleAfter } from '../api/changes.ts'
import { refresh, useAnswer, useTopic } from '../api/context.tsx'
import { Icon } from '../parts/icons.tsx'
import { useWords } from '../words/index.tsx'
import styles from './frame.module.css'
import { Header } from './header.tsx'
import { Help } from './help.tsx'
import { focusSearch, useKeys } from './keys.ts'
import { groupAt, groups } from './navigation.ts'
import { openPalette, Palette } from './palette.tsx'

export function Frame() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [isHelpOpen, help] = useDisclosure(false)
  const [isDrawerOpen, drawer] = useDisclosure(false)
  const session = useAnswer('sessionDescribe', {})
  useTrail(session.isSuccess)
  useKeys({
    go: (letter) => {
      const group = groups.find((one) => one.letter === letter)
      if (group !== undefined) void navigate({ to: group.path })
      return group !== undefined
    },
    search: () => {
      if (!focusSearch()) openPalette()
    },
    help: help.open,
  })
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#content">
        {t('shell.skip')}
      </a>
      <Header session={session.data} onMenu={drawer.open} onHelp={help.open} />
      <div className={styles['side']}>
        <Navigation />
      </div>
      <main id="content" className={styles['main']} tabIndex={-1}>
        <Outlet />
      </main>
      <Drawer
        opened={isDrawerOpen}
        onClose={drawer.close}
        size={240}
        title={t('shell.holdfast')}
        closeButtonProps={{ 'aria-label': t('shell.closeNavigation') }}
      >
        <Navigation onGo={drawer.close} />
      </Drawer>
      <Palette />
      <Help opened={isHelpOpen} onClose={help.close} />
    </div>
  )
}

function Navigation({ onGo }: { readonly onGo?: () => void }) {
  const { t } = useWords()
  const current = useRouterState({ select: ({ location }) => groupAt(location.pathname) })
  return (
    <nav aria-label={t('shell.navigation')} className={styles['navigation']}>
      {groups.map(({ name, path, icon, words }) => (
        <Link
          key={name}
          to={path}
          className={styles['item']}
          aria-current={current === name ? 'page' : undefined}
          onClick={onGo}
        >
          <Icon name={icon} />
          {t(words)}
        </Link>
      ))}
    </nav>
  )
}

/** As long as no page follows something of its own, the trail says what is to be read anew; together, and not more often than this. */
const mostOftenMs = 250

function useTrail(isSignedIn: boolean): void {
  const queries = useQueryClient()
  const waiting = useRef<Set<string> | 'all' | undefined>(undefined)
  const take = (changes: Changes): void => {
    const stale = staleAfter(changes)
    const isFirst = waiting.current === undefined
    if (stale === undefined || waiting.current === 'all') waiting.current = 'all'
    else waiting.current = new Set([...(waiting.current ?? []), ...stale])
    if (!isFirst) return
    setTimeout(() => {
      const subjects = waiting.current
      waiting.current = undefined
      if (subjects === 'all') void queries.invalidateQueries()
      else if (subjects !== undefined) void refresh(queries, [...subjects])
    }, mostOftenMs)
  }
  useTopic(
    isSignedIn
      ? {
          path: '/v1/trail/changes',
          onEvent: ({ event, data }) => {
            if (event === 'changes') take(JSON.parse(data) as Changes)
          },
          onReturn: () => take({ all: true, subjects: [] }),
        }
      : undefined,
    { underneath: true },
  )
}
