/** Time travel: a slider over the history, with steps and a play button. At its right end it follows what happens. */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Icon, type IconName } from '../../parts/icons.tsx'
import { clockTime, durationWords } from '../../parts/times.ts'
import { useWords } from '../../words/index.tsx'
import { wordsOf } from './events.tsx'
import styles from './playback.module.css'
import type { Moment } from './moment.ts'
import { pace, stepFrom } from './steps.ts'
import type { Story } from './story.ts'

type PlaybackOf = {
  readonly story: Story
  readonly moment: Moment
  /** Undefined: now. */
  readonly onMove: (at: number | undefined) => void
}

export function Playback({ story, moment, onMove }: PlaybackOf) {
  const { t } = useWords()
  const last = story.events.at(-1)?.id ?? 0
  const { at } = moment
  const [isPlaying, setPlaying] = useState(false)
  useEffect(() => {
    if (!isPlaying) return undefined
    if (at === undefined || at >= last) {
      setPlaying(false)
      return undefined
    }
    const { everyMs, events } = pace(last)
    const timer = setTimeout(() => onMove(Math.min(last, at + events)), everyMs)
    return () => clearTimeout(timer)
  }, [isPlaying, at, last, onMove])
  if (last < 2) return null
  const step = (by: 1 | -1): void => {
    setPlaying(false)
    onMove(stepFrom(at, by, last))
  }
  const play = (): void => {
    if (!isPlaying && (at === undefined || at >= last)) onMove(1)
    setPlaying(!isPlaying)
  }
  return (
    <div className={styles['playback']} role="group" aria-label={t('execution.timeTravel')}>
      <Press
        icon={isPlaying ? 'pause' : 'play'}
        label={t(isPlaying ? 'execution.pause' : 'execution.play')}
        onPress={play}
      />
      <Press icon="stepBack" label={t('execution.stepBack')} isOff={at === 1} onPress={() => step(-1)} />
      <Press icon="stepOn" label={t('execution.stepOn')} isOff={at === undefined} onPress={() => step(1)} />
      <input
        type="range"
        min={1}
        max={last}
        value={at ?? last}
        aria-label={t('execution.slider')}
        aria-valuetext={at === undefined ? t('execution.now') : t('execution.eventOf', { at, last })}
        onChange={({ currentTarget }) => {
          setPlaying(false)
          onMove(Number(currentTarget.value))
        }}
      />
      <Where story={story} moment={moment} last={last} />
      <Button
        variant="light"
        size="compact-sm"
        // Its room is kept, so that the slider stays where the pointer is.
        style={{ visibility: at === undefined ? 'hidden' : 'visible' }}
        onClick={() => {
          setPlaying(false)
          onMove(undefined)
        }}
      >
        {t('execution.now')}
      </Button>
    </div>
  )
}

function Where({ story, moment, last }: { readonly story: Story; readonly moment: Moment; readonly last: number }) {
  const { t, language } = useWords()
  const { at, event } = moment
  if (at === undefined || event === undefined) {
    return <span className={styles['where']}>{t('execution.eventCount', { count: last })}</span>
  }
  const since = durationWords(event.ms - (story.events[0]?.ms ?? event.ms))
  return (
    <span className={styles['where']} data-past="true">
      <strong>{t('execution.eventOf', { at, last })}</strong>
      <span>{wordsOf(event.type)}</span>
      <span className={styles['time']}>
        {clockTime(event.ms, language)} (+{since})
      </span>
    </span>
  )
}

type PressOf = {
  readonly icon: IconName
  readonly label: string
  readonly isOff?: boolean
  readonly onPress: () => void
}

function Press({ icon, label, isOff = false, onPress }: PressOf) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={28} aria-label={label} disabled={isOff} onClick={onPress}>
        <Icon name={icon} size={14} />
      </ActionIcon>
    </Tooltip>
  )
}
