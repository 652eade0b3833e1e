/** What a state did to its data: the members it added, changed and removed. */
import { useMemo } from 'react'
import { type Difference, differencesBetween, parseJson, printJson } from '../../../base/index.ts'
import { useWords } from '../../words/index.tsx'
import styles from './json.module.css'

const shownAtMost = 500
const signs = { added: '+', removed: '−', changed: '±' } as const

export function JsonDifference({ before, after }: { readonly before: string; readonly after: string }) {
  const { t } = useWords()
  const differences = useMemo(() => differencesBetween(parseJson(before), parseJson(after)), [before, after])
  if (differences.length === 0) return <p className={styles['none']}>{t('part.noDifference')}</p>
  return (
    <ul className={styles['differences']}>
      {differences.slice(0, shownAtMost).map((one) => (
        <li key={one.path} data-kind={one.kind}>
          <span className={styles['sign']} role="img" aria-label={t(`part.change_${one.kind}`)}>
            {signs[one.kind]}
          </span>
          <code>{one.path}</code>
          <Values one={one} />
        </li>
      ))}
      {differences.length > shownAtMost ? (
        <li>{t('part.showMore', { count: differences.length - shownAtMost })}</li>
      ) : null}
    </ul>
  )
}

function Values({ one }: { readonly one: Difference }) {
  return (
    <span className={styles['values']}>
      {'before' in one ? <del>{shown(printJson(one.before))}</del> : null}
      {'after' in one ? <ins>{shown(printJson(one.after))}</ins> : null}
    </span>
  )
}

const shown = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 300)}…`)
