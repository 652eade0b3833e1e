/** What a process is called, and whether a name still means the same process. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export type ProcessName = { readonly pid: number; readonly host: string; readonly command: string }

export function thisProcess(): ProcessName {
  return { pid: process.pid, host: hostname(), command: process.argv.join(' ') }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * When the process started, in the kernel's clock ticks since boot: with the pid it names one process for good, because
 * pids are used again. Undefined where there is no /proc.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command in parentheses may hold spaces and parentheses itself; field 22 counts from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    // Not Linux, or the process is gone: then there is nothing to compare.
    return undefined
  }
}
