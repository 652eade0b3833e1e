/** The shell around every page: navigation at the side, header on top, the keyboard, the palette, and the trail that keeps lists current. */
import { Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import { Pace } from '../../base/index.ts'
import { type Changes, staleAfter } from '../api/changes.ts'
import { pageClock } from '../api/clock.ts'
import { refresh, useAnswer, useTopic } from '../api/context.tsx'
import { useMay } from '../api/use-may.ts'
import { Icon } from '../parts/icons.tsx'
import { NotYours } from '../parts/not-yours.tsx'
import { Page } from '../parts/page.tsx'
import { useWords } from '../words/index.tsx'
import styles from './frame.module.css'
import { Header } from './header.tsx'
import { Help } from './help.tsx'
import { focusSearch, useKeys } from './keys.ts'
import { closedGroup, groupAt, groupsFor } from './navigation.ts'
import { mayNothing } from './nothing-yet.ts'
import { NothingYet } from './nothing-yet-page.tsx'
import { openPalette, Palette } from './palette.tsx'

export function Frame() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [isHelpOpen, help] = useDisclosure(false)
  const [isDrawerOpen, drawer] = useDisclosure(false)
  const session = useAnswer('sessionDescribe', {})
  const may = useMay()
  const isLetIn = session.data !== undefined && !mayNothing(session.data)
  useTrail(isLetIn)
  useKeys({
    go: (letter) => {
      const group = groupsFor(may).find((one) => one.letter === letter)
      if (group !== undefined) void navigate({ to: group.path })
      return group !== undefined
    },
    search: () => {
      if (!focusSearch()) openPalette()
    },
    help: help.open,
  })
  if (session.data !== undefined && !isLetIn) return <NothingYet session={session.data} />
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
        <Content isKnown={session.isSuccess} />
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

/** The page of the address; who may not read it is told so calmly, in its place. */
function Content({ isKnown }: { readonly isKnown: boolean }) {
  const { t } = useWords()
  const may = useMay()
  const current = useRouterState({ select: ({ location }) => groupAt(location.pathname) })
  const closed = isKnown ? closedGroup(may, current) : undefined
  if (closed === undefined) return <Outlet />
  const name = t(closed.words)
  return (
    <Page name={name} title={name}>
      <NotYours verb={closed.verb} />
    </Page>
  )
}

function Navigation({ onGo }: { readonly onGo?: () => void }) {
  const { t } = useWords()
  const may = useMay()
  const current = useRouterState({ select: ({ location }) => groupAt(location.pathname) })
  return (
    <nav aria-label={t('shell.navigation')} className={styles['navigation']}>
      {groupsFor(may).map(({ name, path, icon, words }) => (
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

/** As long as no page follows something of its own, the trail says what is to be read anew, at its own pace. */
function useTrail(isSignedIn: boolean): void {
  const queries = useQueryClient()
  const [stale] = useState(() => new Stale(queries))
  useTopic(
    isSignedIn
      ? {
          path: '/v1/trail/changes',
          onEvent: ({ event, data }) => {
            if (event === 'changes') stale.note(JSON.parse(data) as Changes)
          },
          onReturn: () => stale.note({ all: true, subjects: [] }),
        }
      : undefined,
    { underneath: true },
  )
}

/** What is to be read anew. What becomes stale while something is read waits for it, and where reading takes long, longer. */
class Stale {
  readonly #queries: QueryClient
  readonly #pace = new Pace({ clock: pageClock, everyMs: 0, act: () => this.#read() })
  #subjects = new Set<string>()
  #isAll = false

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  note(changes: Changes): void {
    const subjects = staleAfter(changes)
    this.#isAll ||= subjects === undefined
    for (const subject of subjects ?? []) this.#subjects.add(subject)
    this.#pace.ring()
  }

  #read(): Promise<void> {
    const [isAll, subjects] = [this.#isAll, [...this.#subjects]]
    this.#isAll = false
    this.#subjects = new Set()
    return isAll ? this.#queries.invalidateQueries() : refresh(this.#queries, subjects)
  }
}
