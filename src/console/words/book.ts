/** The words that are there, in both languages. Those of a page come with it, so nobody sees a key where a word belongs. */
import { firstWords, type LaterSection, laterWords } from './catalogue.ts'
import type { Entry, Section } from './entry.ts'

export const languages = ['en', 'ja'] as const
export type Language = (typeof languages)[number]

export class Book {
  readonly #sections = new Map<string, Section>(Object.entries(firstWords))
  readonly #coming = new Map<LaterSection, Promise<void>>()

  /** Resolves when all of them are there. What could not be fetched is fetched again by the next who asks. */
  async load(sections: readonly LaterSection[]): Promise<void> {
    await Promise.all(sections.map((name) => this.#loaded(name)))
  }

  /** `section.name`; a key that is not there says itself. */
  say(language: Language, key: string, values: Readonly<Record<string, string | number>> = {}): string {
    const [section = '', ...name] = key.split('.')
    const entry = this.#sections.get(section)?.[name.join('.')]
    return entry === undefined ? key : filled(textOf(entry, language, values['count']), values)
  }

  #loaded(name: LaterSection): Promise<void> {
    const known = this.#coming.get(name)
    if (known !== undefined) return known
    const coming = this.#fetch(name)
    this.#coming.set(name, coming)
    return coming
  }

  async #fetch(name: LaterSection): Promise<void> {
    try {
      this.#sections.set(name, await laterWords[name]())
    } catch (error) {
      this.#coming.delete(name)
      throw error
    }
  }
}

const textOf = ({ one, ...entry }: Entry, language: Language, count: unknown): string =>
  language === 'en' && count === 1 && one !== undefined ? one : entry[language]

const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ''))
