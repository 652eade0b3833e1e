/** A command to copy, as it is typed into a terminal. */
import { useWords } from '../words/index.tsx'
import { Copy } from './copy.tsx'
import { repairIn } from './repair.ts'
import styles from './parts.module.css'

export function Command({ text }: { readonly text: string }) {
  const { t } = useWords()
  return (
    <div className={styles['command']}>
      <code>{text}</code>
      <Copy text={text} what={t('part.command')} />
    </div>
  )
}

/** What to do about it: a command to copy, words, or words and then the command. */
export function Repair({ text }: { readonly text: string }) {
  const { t } = useWords()
  const { words, command } = repairIn(text)
  return (
    <>
      {words === '' ? null : (
        <p>
          {t('part.repair')}: {words}
        </p>
      )}
      {command === undefined ? null : <Command text={command} />}
    </>
  )
}
