/** What the checker found, one under the other: to go to, and to mend where it knows how. */
import { Button } from '@mantine/core'
import { ProblemBox } from '../../../parts/problem.tsx'
import { StateIcon } from '../../../parts/state.tsx'
import { useWords } from '../../../words/index.tsx'
import styles from './editor.module.css'
import type { Finding, Fix } from './syntax.ts'
import type { Span } from './places.ts'
import type { Findings } from './use-findings.ts'

type PanelOf = {
  readonly found: Findings
  readonly onGo: (span: Span) => void
  readonly onFix: (fix: Fix) => void
}

export function FindingsPanel({ found: { findings, isTruncated, failure, isValid }, onGo, onFix }: PanelOf) {
  const { t } = useWords()
  if (failure !== undefined) return <ProblemBox error={failure} />
  if (findings.length === 0) {
    return <p className={styles['empty']}>{t(isValid === undefined ? 'machine.saysChecking' : 'machine.noFindings')}</p>
  }
  return (
    <ul className={styles['findings']}>
      {findings.map((finding, index) => (
        <Found key={`${finding.place} ${finding.message} ${index}`} finding={finding} onGo={onGo} onFix={onFix} />
      ))}
      {isTruncated ? <li className={styles['quiet']}>{t('machine.truncated')}</li> : null}
    </ul>
  )
}

type FoundOf = Pick<PanelOf, 'onGo' | 'onFix'> & { readonly finding: Finding }

function Found({ finding, onGo, onFix }: FoundOf) {
  const { t } = useWords()
  const { severity, code, message, place, fixes } = finding
  return (
    <li>
      <StateIcon tone={severity === 'error' ? 'failed' : 'halted'} />
      <div className={styles['finding']}>
        <button type="button" className={styles['goes']} onClick={() => onGo(finding)}>
          {message}
        </button>
        <span className={styles['quiet']}>
          <code>{place}</code> · {code}
        </span>
      </div>
      {fixes.map((fix) => (
        <Button key={`${fix.kind} ${fix.by}`} size="compact-xs" variant="default" onClick={() => onFix(fix)}>
          {t(`machine.fix_${fix.kind}`, { by: fix.by })}
        </Button>
      ))}
    </li>
  )
}
