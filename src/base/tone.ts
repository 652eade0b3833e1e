/**
 * The five states that anything can be shown in, the same on the command line and in the console: each an icon and a word, which
 * its colour only supports.
 */
export const tones = ['running', 'waiting', 'done', 'failed', 'halted'] as const
export type Tone = (typeof tones)[number]

export const toneIcons: Readonly<Record<Tone, string>> = {
  running: '●',
  waiting: '◌',
  done: '✓',
  failed: '✗',
  halted: '■',
}

/** Of an execution's status, as AWS words it. */
export function toneOfStatus(status: string): Tone {
  switch (status) {
    case 'RUNNING':
      return 'running'
    case 'SUCCEEDED':
      return 'done'
    case 'ABORTED':
      return 'halted'
    default:
      return 'failed'
  }
}
