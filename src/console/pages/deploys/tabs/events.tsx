/** What happened, moment by moment, the newest on top. */
import type { Deployment } from '../../../api/generated.ts'
import { StateIcon } from '../../../parts/state.tsx'
import { clockTime, durationWords } from '../../../parts/times.ts'
import { useWords } from '../../../words/index.tsx'
import { type Happening, happenedIn } from '../happened.ts'
import styles from './tabs.module.css'

export function Events({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const shown = happenedIn(deployment).toReversed()
  return (
    <ol className={styles['events']} aria-label={t('deploy.events')}>
      {shown.map((one) => (
        <Row key={one.key} one={one} />
      ))}
    </ol>
  )
}

function Row({ one }: { readonly one: Happening }) {
  const { t, language } = useWords()
  const { at, tone, kind, tookMs } = one
  return (
    <li data-kind={kind}>
      <time dateTime={new Date(at).toISOString()}>{clockTime(at, language)}</time>
      <span data-tone={tone} className={styles['icon']}>
        <StateIcon tone={tone} />
        <span className={styles['hidden']}>{t(`part.tone_${tone}`)}</span>
      </span>
      <span className={styles['what']}>
        {kind === 'undone' ? `${t('deploy.call_undone')}: ` : ''}
        {wordsOf(t, one)}
      </span>
      <span className={styles['took']}>{tookMs === undefined ? '' : durationWords(tookMs)}</span>
    </li>
  )
}

function wordsOf(t: ReturnType<typeof useWords>['t'], { kind, state, says }: Happening): string {
  switch (kind) {
    case 'done':
    case 'failed':
    case 'undone':
      return says
    case 'entered':
      return says === '' ? state : `${state} ${says}`
    default:
      return t(`deploy.event_${kind}`)
  }
}
