/** Starting a process that outlives us: a session of its own, no pipe to us, output straight into files. */
import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { devNull } from 'node:os'
import type { Ending, StartOrder } from './machine.ts'

/** The file of an instance's output and status lies in a folder only the agent may write to; a link there is an attack. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW

export function startProcess(order: StartOrder, ended: (ending: Ending) => void): number | undefined {
  const opened: number[] = []
  const open = (path: string, flags: number): number => {
    const file = openSync(path, flags, 0o600)
    opened.push(file)
    return file
  }
  try {
    const output = open(order.outputFile, appending)
    const status = open(order.statusFile ?? devNull, appending)
    const group = order.groupFile === undefined ? 'ignore' : open(order.groupFile, constants.O_WRONLY)
    const child = spawn(order.file, order.words, {
      cwd: order.folder,
      env: { ...order.environment },
      detached: true,
      stdio: ['ignore', output, 'ignore', status, group],
      ...order.user,
    })
    let isOver = false
    const end = (ending: Ending): void => {
      if (!isOver) ended(ending)
      isOver = true
    }
    child.once('error', (fault) => end({ fault }))
    child.once('exit', (code, signal) => end(code === null ? { signal: signal ?? '' } : { code }))
    child.unref()
    return child.pid
  } finally {
    for (const file of opened) closeSync(file)
  }
}
