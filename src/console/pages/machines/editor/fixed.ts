import type { Fix } from './syntax.ts'

/** The text with a repair made. Pure. */
export const fixed = (text: string, { changes }: Fix): string =>
  changes
    .toSorted((a, b) => b.from - a.from)
    .reduce((whole, { from, to, insert }) => whole.slice(0, from) + insert + whole.slice(to), text)
