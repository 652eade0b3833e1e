/** Times in words. Pure. */
import { formatDuration } from '../../base/index.ts'

export type Distance = { readonly key: 'part.ago' | 'part.ahead' | 'part.justNow'; readonly time: string }

/** How far a time is from now, in its largest unit: `4m`, `3h`, `12d`. Rounded down both ways: a deadline is rather met early than late. */
export function distanceOf(at: number, now: number): Distance {
  const ms = Math.abs(now - at)
  if (ms < 2000) return { key: 'part.justNow', time: '' }
  return { key: at <= now ? 'part.ago' : 'part.ahead', time: largestUnit(ms) }
}

function largestUnit(ms: number): string {
  const units = [
    ['s', 1000, 60],
    ['m', 60_000, 60],
    ['h', 3_600_000, 24],
  ] as const
  const [unit, lengthMs] = units.find(([, length, most]) => ms < length * most) ?? (['d', 86_400_000] as const)
  return `${Math.floor(ms / lengthMs)}${unit}`
}

/** Made once for each language: it takes longer than all that a row needs besides. */
function formatOf(options: Intl.DateTimeFormatOptions): (at: number, language: string) => string {
  const formats = new Map<string, Intl.DateTimeFormat>()
  return (at, language) => {
    const format = formats.get(language) ?? new Intl.DateTimeFormat(language, options)
    formats.set(language, format)
    return format.format(at)
  }
}

const toTheMillisecond = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const

/** In the zone of the reader, which is named. */
export const absoluteTime = formatOf({
  ...toTheMillisecond,
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  timeZoneName: 'short',
  hourCycle: 'h23',
})

/** To the second: for what people have done. */
export const momentTime = formatOf({
  ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeZoneName: 'short',
  hourCycle: 'h23',
})

/** `14:03:22.118`, for tables where all is of one day. */
export const clockTime = formatOf({ ...toTheMillisecond, hourCycle: 'h23' })

/** `1m 42s`; a negative one is of clocks that differ, and nothing. */
export const durationWords = (ms: number): string => formatDuration(Math.max(0, ms))
