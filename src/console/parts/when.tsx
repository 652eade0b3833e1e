/** When something was: how long ago, and on hover the moment itself. */
import { Tooltip } from '@mantine/core'
import { useWords } from '../words/index.tsx'
import { useNow } from './clock.tsx'
import { absoluteTime, distanceOf, durationWords, momentTime } from './times.ts'

/** `at` is RFC 3339, as the API sends it. */
export function When({ at }: { readonly at: string }) {
  const { t, language } = useWords()
  const now = useNow()
  const ms = Date.parse(at)
  const { key, time } = distanceOf(ms, now)
  return (
    <Tooltip label={absoluteTime(ms, language)}>
      <time dateTime={at}>{t(key, { time })}</time>
    </Tooltip>
  )
}

/** The moment itself, and how far away it is: where there is room for both. */
export function Moment({ at }: { readonly at: string }) {
  const { t, language } = useWords()
  const { key, time } = distanceOf(Date.parse(at), useNow())
  return (
    <time dateTime={at}>
      {momentTime(Date.parse(at), language)} ({t(key, { time })})
    </time>
  )
}

/** How long it took, or takes: then it counts on. */
export function Elapsed({ from, to }: { readonly from: string; readonly to: string | null | undefined }) {
  const now = useNow()
  return <span>{durationWords((to === null || to === undefined ? now : Date.parse(to)) - Date.parse(from))}</span>
}
