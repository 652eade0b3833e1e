/** What a shim said about its run. The file grows by whole lines; a last line without an end is still being written. */
import type { Identity } from '../machine/machine.ts'

export type Said = {
  readonly shim?: Identity
  readonly main?: Identity
  /** As a shell counts: 128 and the signal's number when it was one. */
  readonly exit?: number
}

export function parseStatus(text: string | undefined): Said {
  let said: Said = {}
  for (const line of (text ?? '').split('\n').slice(0, -1)) {
    const [, who, pid, start] = /^(shim|main) (\d{1,10}) (\S.*)$/.exec(line) ?? []
    const [, code] = /^exit (\d{1,3})$/.exec(line) ?? []
    if ((who === 'shim' || who === 'main') && pid !== undefined && start !== undefined)
      said = { ...said, [who]: identity(pid, start) }
    if (code !== undefined) said = { ...said, exit: Number(code) }
  }
  return said
}

/** ps pads its dates. */
const identity = (pid: string, start: string): Identity => ({
  pid: Number(pid),
  start: start.trim().replaceAll(/\s+/g, ' '),
})
