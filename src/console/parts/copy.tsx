/** A button that copies, and says that it did. */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../words/index.tsx'
import { Icon } from './icons.tsx'

export const saidForMs = 1500

function useCopy() {
  const [isCopied, setCopied] = useState(false)
  const copy = async (text: string): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), saidForMs)
  }
  return { isCopied, copy }
}

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useWords()
  const { isCopied, copy } = useCopy()
  const label = isCopied ? t('part.copied') : t('part.copy', { what })
  return (
    <Tooltip label={label}>
      <ActionIcon size={22} aria-label={label} onClick={() => void copy(text)}>
        <Icon name={isCopied ? 'check' : 'copy'} size={13} />
      </ActionIcon>
    </Tooltip>
  )
}

/** A button with words of its own. */
export function CopyAll({ text, words }: { readonly text: string; readonly words: string }) {
  const { t } = useWords()
  const { isCopied, copy } = useCopy()
  return (
    <Button
      variant="default"
      leftSection={<Icon name={isCopied ? 'check' : 'copy'} size={13} />}
      onClick={() => void copy(text)}
    >
      {isCopied ? t('part.copied') : words}
    </Button>
  )
}

/** Shares what is looked at: the address of the page says all of it. */
export function CopyLink() {
  const { t } = useWords()
  const { isCopied, copy } = useCopy()
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      leftSection={<Icon name={isCopied ? 'check' : 'link'} size={13} />}
      onClick={() => void copy(location.href)}
    >
      {t(isCopied ? 'part.copied' : 'part.copyLink')}
    </Button>
  )
}
