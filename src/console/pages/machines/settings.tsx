/** How a machine is logged and traced, and what it takes. */
import type { Machine } from '../../api/generated.ts'
import { Id } from '../../parts/id.tsx'
import { JsonTree } from '../../parts/json/tree.tsx'
import { Facts, Section } from '../../parts/page.tsx'
import { When } from '../../parts/when.tsx'
import { useWords, type Words } from '../../words/index.tsx'
import styles from './machines.module.css'

export function Settings({ machine }: { readonly machine: Machine }) {
  const { t } = useWords()
  const { arn, roleArn, createdAt, tracing, inputSchema } = machine
  return (
    <div className={styles['whole']}>
      <Facts
        facts={[
          [t('machine.arn'), <Id key="arn" value={arn} what={t('machine.arn')} />],
          [t('machine.role'), <Id key="role" value={roleArn} what={t('machine.role')} />],
          [t('machine.created'), <When key="created" at={createdAt} />],
          [t('machine.logging'), loggingWords(t, machine.logging)],
          [t('machine.tracing'), t(tracing ? 'machine.on' : 'machine.off')],
        ]}
      />
      {inputSchema === undefined ? null : (
        <Section title={t('machine.inputSchema')}>
          <p className={styles['quiet']}>{t('machine.isProcedure')}</p>
          <JsonTree text={JSON.stringify(inputSchema)} label={t('machine.inputSchema')} />
        </Section>
      )}
    </div>
  )
}

function loggingWords(t: Words['t'], logging: Machine['logging']): string {
  if (logging === undefined || logging.level === 'OFF') return t('machine.loggingOff')
  const { level, group = '', includeExecutionData = false } = logging
  const told = t('machine.loggingOn', { level, group })
  return includeExecutionData ? `${told}, ${t('machine.loggingData')}` : told
}
