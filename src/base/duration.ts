/** Durations as people write and read them. */
import { HoldfastError } from './errors.ts'

const unitMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** `500ms`, `30s`, `1m30s`, `90d` → milliseconds. @throws HoldfastError duration.syntax */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new HoldfastError('duration.syntax', `"${text}" is not a duration`, {
      accepted: 'numbers with a unit: 500ms, 30s, 1m30s, 12h, 90d',
    })
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs.get(unit ?? '') ?? 0), 0)
}

/** Milliseconds → `340ms`, `1.2s`, `1m 42s`, `3h 5m`, `2d 4h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toString()}s`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const [big, small, unit, lesser] =
    seconds < 3600
      ? [Math.floor(seconds / 60), seconds % 60, 'm', 's']
      : seconds < 86_400
        ? [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), 'h', 'm']
        : [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600), 'd', 'h']
  return small === 0 ? `${big}${unit}` : `${big}${unit} ${small}${lesser}`
}
