/** What the keyboard can do. */
import { Modal } from '@mantine/core'
import { useMay } from '../api/use-may.ts'
import { useWords } from '../words/index.tsx'
import styles from './frame.module.css'
import { groupsFor } from './navigation.ts'

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent)

export function Help({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useWords()
  const may = useMay()
  const keys = [
    [isMac() ? '⌘ K' : 'Ctrl K', t('shell.help_palette')],
    ['/', t('shell.help_search')],
    ...groupsFor(may).map(({ letter, words }) => [`g ${letter}`, t('shell.goTo', { page: t(words) })] as const),
    ['↑ ↓', t('shell.help_rows')],
    ['Enter', t('shell.help_open')],
    ['?', t('shell.help_help')],
    ['Esc', t('shell.help_close')],
  ] as const
  return (
    <Modal opened={opened} onClose={onClose} title={t('shell.help')}>
      <dl className={styles['help']}>
        {keys.map(([key, says]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
