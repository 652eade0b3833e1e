/** One entry of the catalogue: the same in both languages, with the same `{{names}}`. */
export type Entry = {
  readonly en: string
  readonly ja: string
  /** In English of exactly one, where `{{count}}` is in it. */
  readonly one?: string
}
export type Section = Readonly<Record<string, Entry>>
