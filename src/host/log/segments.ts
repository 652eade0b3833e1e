/**
 * An instance's output as one long text, of which the beginning is rotated away. Rotated pieces are named by where they
 * start, so that a place in the text (a cursor) stays good over rotations and agents, with nothing else to remember.
 */

export type Segment = { readonly name: string; readonly start: number; readonly bytes: number }

export const currentName = 'output.log'

export const rotatedName = (start: number): string => `output.${String(start).padStart(16, '0')}.log`

/** Oldest first; the last one is the current file. */
export function segmentsOf(files: readonly { readonly name: string; readonly bytes: number }[]): readonly Segment[] {
  const rotated = files
    .flatMap(({ name, bytes }) => {
      const [, start] = /^output\.(\d{16})\.log$/.exec(name) ?? []
      return start === undefined ? [] : [{ name, bytes, start: Number(start) }]
    })
    .toSorted((a, b) => a.start - b.start)
  const last = rotated.at(-1)
  const start = last === undefined ? 0 : last.start + last.bytes
  const current = files.find(({ name }) => name === currentName)
  return [...rotated, { name: currentName, start, bytes: current?.bytes ?? 0 }]
}

/** Names of the rotated ones beyond what is kept. */
export function surplus(segments: readonly Segment[], keep: number): readonly string[] {
  const rotated = segments.slice(0, -1)
  return rotated.slice(0, Math.max(0, rotated.length - keep)).map(({ name }) => name)
}
