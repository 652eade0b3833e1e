/** A button that copies, and says that it did. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../words/index.tsx'
import { Icon } from './icons.tsx'

const saidForMs = 1500

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), saidForMs)
  }
  const label = isCopied ? t('part.copied') : t('part.copy', { what })
  return (
    <Tooltip label={label}>
      <ActionIcon size={22} aria-label={label} onClick={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} size={13} />
      </ActionIcon>
    </Tooltip>
  )
}
