/** A field that filters as one types, a moment after the last key, so that not each letter asks the server. `/` goes to it. */
import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { searchMark } from '../shell/keys.ts'
import { Icon } from './icons.tsx'

const patienceMs = 250

type SearchField = {
  readonly label: string
  readonly value: string | undefined
  readonly onSearch: (value: string | undefined) => void
  /** The one that `/` goes to. */
  readonly isMain?: boolean
}

/** In digits: letters of Japanese are about twice as wide. */
const lengthOf = (text: string): number => [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0)

export function SearchField({ label, value = '', onSearch, isMain = false }: SearchField) {
  const [typed, setTyped] = useState(value)
  const told = useRef(value)
  useEffect(() => {
    // Another address was gone to: what it filters by is shown.
    if (value !== told.current) setTyped(value)
    told.current = value
  }, [value])
  useEffect(() => {
    if (typed === told.current) return undefined
    const timer = setTimeout(() => {
      told.current = typed
      onSearch(typed === '' ? undefined : typed)
    }, patienceMs)
    return () => clearTimeout(timer)
  }, [typed, onSearch])
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      // What it asks for can be read in it.
      w={`${Math.max(22, lengthOf(label) + 4)}ch`}
      maw="100%"
      leftSection={isMain ? <Icon name="search" size={13} /> : undefined}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      {...(isMain ? searchMark : {})}
    />
  )
}
