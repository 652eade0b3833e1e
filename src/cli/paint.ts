/** Colour and the five state words. A state is always icon and word; colour only supports them. */
import { type Tone, toneIcons as icons } from '../base/index.ts'
import type { Output, World } from './world.ts'

export { type Tone, toneOfStatus } from '../base/index.ts'

/** 256-colour codes: blue, grey-violet, green, red, amber; readable on light and dark. */
const colours: Readonly<Record<Tone, number>> = { running: 33, waiting: 103, done: 71, failed: 167, halted: 172 }

export type Paint = {
  tone(tone: Tone, text: string): string
  /** Icon and word: `✓ done`. */
  state(tone: Tone, word?: string): string
  bold(text: string): string
  dim(text: string): string
}

const styled = (open: string, text: string): string => `\u001b[${open}m${text}\u001b[0m`

const coloured: Paint = {
  tone: (tone, text) => styled(`38;5;${colours[tone]}`, text),
  state: (tone, word = tone) => styled(`38;5;${colours[tone]}`, `${icons[tone]} ${word}`),
  bold: (text) => styled('1', text),
  dim: (text) => styled('2', text),
}

const plain: Paint = {
  tone: (_tone, text) => text,
  state: (tone, word = tone) => `${icons[tone]} ${word}`,
  bold: (text) => text,
  dim: (text) => text,
}

/** Colour on a terminal, unless NO_COLOR is set; FORCE_COLOR paints a pipe as well. */
export function paintFor(output: Output, environment: World['environment']): Paint {
  if (isSet(environment['NO_COLOR']) || environment['TERM'] === 'dumb') return plain
  return output.isTerminal || isSet(environment['FORCE_COLOR']) ? coloured : plain
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'

export const icon = (tone: Tone): string => icons[tone]

/** `TIMED_OUT` → `timed out`. */
export const wordOfStatus = (status: string): string => status.toLowerCase().replaceAll('_', ' ')

/**
 * Control characters of a payload must not drive the terminal, and those that turn the direction of writing must not make a
 * line read as another one.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
