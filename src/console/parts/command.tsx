/** A command to copy, as it is typed into a terminal. */
import { useWords } from '../words/index.tsx'
import { Copy } from './copy.tsx'
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

/** What to do about it: a command to copy, or words. */
export function Repair({ text }: { readonly text: string }) {
  const { t } = useWords()
  if (isCommand(text)) return <Command text={text} />
  return (
    <p>
      {t('part.repair')}: {text}
    </p>
  )
}

const isCommand = (text: string): boolean => /^(holdfast|npm|bin\/holdfast|aws) /.test(text) && !/[;:]/.test(text)
