/** Histories that a machine's logging configuration sends to a log group: files of that name under `logs/groups/`. */
import { hash } from 'node:crypto'
import type { HistoryLog } from '../engine/index.ts'
import { LogFiles, type LogFilesOptions } from './log-files.ts'

/** Names of files end at 255 bytes; those of log groups at 512 characters. */
const longestName = 200

export function openHistoryLog(options: Omit<LogFilesOptions, 'name' | 'subfolder'>): HistoryLog {
  const groups = new Map<string, LogFiles>()
  return {
    write(logGroup, lines) {
      const name = fileNameOf(logGroup)
      const files = groups.get(name) ?? new LogFiles({ ...options, name, subfolder: 'groups' })
      groups.set(name, files)
      files.write(lines)
    },
  }
}

/** `/aws/states/order` → `~aws~states~order`: a log group has no `~` of its own, so no two share a file. */
export function fileNameOf(logGroup: string): string {
  const name = logGroup.replaceAll('/', '~')
  return name.length <= longestName ? name : `${name.slice(0, longestName)}~~${hash('sha256', logGroup).slice(0, 16)}`
}
