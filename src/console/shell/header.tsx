/** On top of every page: where one is, whether it is current, how it looks, who is signed in. */
import { ActionIcon, Menu, UnstyledButton, useMantineColorScheme, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useApi, useLiveState } from '../api/context.tsx'
import type { SignedIn } from '../api/generated.ts'
import mark from '../favicon.svg'
import { Icon } from '../parts/icons.tsx'
import { languages, useWords } from '../words/index.tsx'
import styles from './frame.module.css'
import { openPalette } from './palette.tsx'
import { useSignOut } from './session.tsx'

type HeaderOf = {
  readonly session: SignedIn | undefined
  readonly onMenu: () => void
  readonly onHelp: () => void
}

export function Header({ session, onMenu, onHelp }: HeaderOf) {
  const { t } = useWords()
  return (
    <header className={styles['header']}>
      <span className={styles['menu']}>
        <ActionIcon size={40} aria-label={t('shell.openNavigation')} onClick={onMenu}>
          <Icon name="menu" size={18} />
        </ActionIcon>
      </span>
      <Link to="/" className={styles['brand']}>
        <img src={mark} alt="" className={styles['mark']} />
        {t('shell.holdfast')}
      </Link>
      <LiveMark />
      <span className={styles['spring']} />
      <UnstyledButton className={styles['find']} onClick={openPalette}>
        <Icon name="search" size={13} />
        <span className={styles['findWords']}>{t('shell.palette')}</span>
        <kbd className={styles['findKey']} aria-hidden="true">
          ⌘K
        </kbd>
      </UnstyledButton>
      <Settings session={session} onHelp={onHelp} />
    </header>
  )
}

function LiveMark() {
  const { t } = useWords()
  const { live } = useApi()
  const state = useLiveState()
  return (
    <span role="status">
      <Tooltip label={t(`shell.liveHint_${state}`)}>
        <UnstyledButton className={styles['live']} data-state={state} onClick={() => live.retry()}>
          <span className={styles['dot']} />
          {t(`shell.live_${state}`)}
        </UnstyledButton>
      </Tooltip>
    </span>
  )
}

const schemes = ['light', 'dark', 'auto'] as const

function Settings({ session, onHelp }: Pick<HeaderOf, 'session' | 'onHelp'>) {
  const { t, language, choose } = useWords()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size={32} aria-label={t('shell.settings')}>
          <Icon name="settings" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('shell.scheme')}</Menu.Label>
        {schemes.map((scheme) => (
          <Chosen key={scheme} isChosen={scheme === colorScheme} onChoose={() => setColorScheme(scheme)}>
            {t(`shell.scheme_${scheme}`)}
          </Chosen>
        ))}
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {languages.map((one) => (
          <Chosen key={one} isChosen={one === language} onChoose={() => choose(one)}>
            {t(one === 'en' ? 'shell.english' : 'shell.japanese')}
          </Chosen>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={onHelp} rightSection={<kbd>?</kbd>}>
          {t('shell.help')}
        </Menu.Item>
        {session === undefined ? null : (
          <>
            <Menu.Label>{t('shell.account', { name: session.actor.name ?? session.actor.id })}</Menu.Label>
            <Menu.Item component={Link} to="/account">
              {t('shell.accountPage')}
            </Menu.Item>
          </>
        )}
        {session?.canSignOut === true ? (
          <Menu.Item onClick={() => void signOut()}>{t('shell.signOut')}</Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  )
}

type ChosenOf = { readonly isChosen: boolean; readonly onChoose: () => void; readonly children: string }

function Chosen({ isChosen, onChoose, children }: ChosenOf) {
  return (
    <Menu.Item
      role="menuitemradio"
      aria-checked={isChosen}
      closeMenuOnClick={false}
      rightSection={isChosen ? <Icon name="check" size={14} /> : null}
      onClick={onChoose}
    >
      {children}
    </Menu.Item>
  )
}
