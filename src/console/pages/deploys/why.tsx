/** What failed, why, who can mend it and how: one thing and one next step, with the way to the state and to the audit entry. */
import { Link } from '@tanstack/react-router'
import type { Deployment } from '../../api/generated.ts'
import { Repair } from '../../parts/command.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './deploy.module.css'

export function Why({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const { diagnosis, id, remarks } = deployment
  if (diagnosis === undefined) return null
  const { what, meaning, field, mender, command, state, call } = diagnosis
  const isHalted = diagnosis.class === 'halted'
  const failed = deployment.calls.find((one) => one.id === call)
  return (
    <section className={styles['why']} data-halted={isHalted} aria-label={t('deploy.diagnosis')}>
      <h2>{what}</h2>
      <p>{meaning}</p>
      {failed === undefined ? null : <p className={styles['quiet']}>{t('deploy.failedCall', { call: failed.says })}</p>}
      {field === undefined ? null : (
        <p>
          {t('deploy.field')}: <code>{field}</code>
        </p>
      )}
      {isHalted ? null : <p className={styles['mender']}>{t(`deploy.mender_${mender}`)}</p>}
      {command === '' ? null : <Repair text={command} />}
      {remarks.map((remark) => (
        <p key={remark} className={styles['quiet']}>
          {remark}
        </p>
      ))}
      <p className={styles['links']}>
        <Link to="." search={{ tab: 'io', state }} replace resetScroll={false}>
          {t('deploy.toState', { state })}
        </Link>
        <Link to="." search={{ tab: 'logs' }} replace resetScroll={false}>
          {t('deploy.toLogs')}
        </Link>
        <Link to="/audit" search={{ subject: id, action: isHalted ? 'deploy.halted' : 'deploy.fail' }}>
          {t('deploy.toAudit')}
        </Link>
      </p>
    </section>
  )
}
