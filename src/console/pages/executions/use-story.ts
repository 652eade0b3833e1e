/** The story of one execution, followed live. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { HistoryEvent } from '../../api/generated.ts'
import { refresh, useApi } from '../../api/context.tsx'
import { addressOf } from '../../api/client.ts'
import { Story } from './story.ts'

/** A frame where somebody looks; a hidden page has none, and is told later. */
const nextFrame = (act: () => void): void => void requestAnimationFrame(act)

/** `round` is another one after each redrive: what had ended goes on. */
export function useStory(execution: string, round: number): Story {
  const { live } = useApi()
  const queries = useQueryClient()
  const [story, setStory] = useState(() => new Story(nextFrame))
  useEffect(() => {
    const fresh = new Story(nextFrame)
    setStory(fresh)
    return live.follow({
      path: addressOf('/v1/executions/{execution}/events', { execution }),
      onEvent: ({ event, data }) => {
        if (event === 'history') fresh.add(JSON.parse(data) as HistoryEvent)
      },
      onEnd: () => {
        fresh.complete()
        void refresh(queries, ['executions'])
      },
    })
  }, [live, execution, round, queries])
  useSyncExternalStore(story.subscribe, () => story.version)
  return story
}
