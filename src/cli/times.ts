/** Instants as the command line writes them: exact for programs, in their own zone and relative for people. */
import { formatDuration } from '../base/index.ts'

export const timeOf = (ms: number): string => new Date(ms).toISOString()

/** `2026-11-20 16:29:37 Asia/Tokyo`. */
export function localTime(ms: number, timeZone: string): string {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone })
  return `${format.format(ms)} ${timeZone}`
}

/** `16:29`, in their own zone: for what is not far away. */
export function clockTime(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeStyle: 'short', timeZone }).format(ms)
}

/** `6s ago`, `3m ago`, `2h 5m ago`: no finer than a reader takes it. */
export function ago(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 1) return 'just now'
  return `${formatDuration((seconds < 60 ? seconds : seconds - (seconds % 60)) * 1000)} ago`
}
