/** How a shim is started (shim.sh says what it is). */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Files, StartOrder } from '../machine/machine.ts'

export type ShimTools = { readonly shim: string; readonly nice: string }

/** Puts the script where it stays as it is while shims run it, readable for every user. */
export function installShim(files: Files, root: string, makeReadable: (path: string) => void): ShimTools {
  const text = readFileSync(join(import.meta.dirname, 'shim.sh'), 'utf8')
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const shim = join(root, `shim-${digest}.sh`)
  if (files.read(shim) !== text) files.write(shim, text)
  makeReadable(shim)
  return { shim, nice: existsSync('/usr/bin/nice') ? '/usr/bin/nice' : '/bin/nice' }
}

export type ShimOrder = Omit<StartOrder, 'file' | 'words'> & {
  readonly marker: string
  readonly command: readonly string[]
  readonly nice: number
  readonly openFiles?: number
}

export function shimOrder({ shim, nice }: ShimTools, order: ShimOrder): StartOrder {
  const { marker, command, nice: niceness, openFiles, ...rest } = order
  const files = openFiles === undefined ? '-' : String(openFiles)
  const group = rest.groupFile === undefined ? '-' : 'join'
  return { ...rest, file: nice, words: ['-n', String(niceness), '/bin/sh', shim, marker, files, group, ...command] }
}
