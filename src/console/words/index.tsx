/**
 * The words of the console in both languages: one catalogue, in which each entry stands in English and in Japanese side by side, so
 * that neither can be forgotten. Each folder of pages keeps its own part in its words.ts, which comes with its pages.
 */
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { type Book, type Language, languages } from './book.ts'
import type { Catalogue } from './catalogue.ts'

export { Book, type Language, languages } from './book.ts'
export type { LaterSection } from './catalogue.ts'

export type WordKey = {
  [Section in keyof Catalogue]: `${Section & string}.${keyof Catalogue[Section] & string}`
}[keyof Catalogue]

export type Values = Readonly<Record<string, string | number>>
export type Words = {
  readonly language: Language
  readonly t: (key: WordKey, values?: Values) => string
  readonly choose: (language: Language) => void
}

const storageName = 'holdfast.language'

/** What the reader chose last, else what the browser asks for. */
export function initialLanguage(stored: string | null, wanted: readonly string[]): Language {
  const isKnown = (text: string): text is Language => languages.some((language) => language === text)
  if (stored !== null && isKnown(stored)) return stored
  const [best = 'en'] = wanted.map((tag) => tag.slice(0, 2)).filter(isKnown)
  return isKnown(best) ? best : 'en'
}

const WordsContext = createContext<Words | undefined>(undefined)

export function WordsProvider({ book, children }: { readonly book: Book; readonly children: ReactNode }) {
  const [language, choose] = useState(() => initialLanguage(localStorage.getItem(storageName), navigator.languages))
  useEffect(() => {
    document.documentElement.lang = language
    localStorage.setItem(storageName, language)
  }, [language])
  const value: Words = { language, choose, t: (key, values) => book.say(language, key, values) }
  return <WordsContext value={value}>{children}</WordsContext>
}

export function useWords(): Words {
  const words = use(WordsContext)
  if (words === undefined) throw new Error('outside of WordsProvider')
  return words
}
