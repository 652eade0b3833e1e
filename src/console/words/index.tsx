/**
 * The words of the console in both languages: one catalogue, in which each entry stands in English and in Japanese side by side, so
 * that neither can be forgotten. Each folder of pages keeps its own part in its words.ts.
 */
import i18next, { type i18n } from 'i18next'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { catalogue } from './catalogue.ts'
import type { Entry } from './entry.ts'

export const languages = ['en', 'ja'] as const
export type Language = (typeof languages)[number]

type Catalogue = typeof catalogue
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

function resourcesIn(language: Language): Record<string, Record<string, string>> {
  const sections = Object.entries(catalogue).map(([section, entries]) => [
    section,
    Object.fromEntries(Object.entries<Entry>(entries).flatMap(([key, entry]) => textsOf(key, entry, language))),
  ])
  return Object.fromEntries(sections) as Record<string, Record<string, string>> // from entries of just that shape
}

/** i18next finds the singular by its suffix. */
function textsOf(key: string, { one, ...entry }: Entry, language: Language): readonly (readonly [string, string])[] {
  return [[key, entry[language]], ...(one === undefined || language !== 'en' ? [] : [[`${key}_one`, one] as const])]
}

export function createWords(language: Language): i18n {
  const words = i18next.createInstance()
  void words.init({
    lng: language,
    fallbackLng: false,
    initAsync: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    resources: Object.fromEntries(languages.map((one) => [one, { translation: resourcesIn(one) }])),
  })
  return words
}

const WordsContext = createContext<Words | undefined>(undefined)

export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState(() => initialLanguage(localStorage.getItem(storageName), navigator.languages))
  const [words] = useState(() => createWords(language))
  useEffect(() => {
    document.documentElement.lang = language
    localStorage.setItem(storageName, language)
  }, [language])
  const t = words.getFixedT(language)
  const value: Words = { language, choose, t: (key, values) => t(key, { ...values }) }
  return <WordsContext value={value}>{children}</WordsContext>
}

export function useWords(): Words {
  const words = use(WordsContext)
  if (words === undefined) throw new Error('outside of WordsProvider')
  return words
}
