/** How full a host is: cpu, memory, disk and the ports that instances are given. */
import type { Host } from '../../api/generated.ts'
import { Section } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './host.module.css'
import { fullness, percentWords, sizeWords } from './standing.ts'

export function Capacity({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const { facts, isConnected } = host
  if (facts === undefined) return null
  const { cpus, load, memoryBytes, diskBytes, ports } = facts
  const memory = memoryBytes.total - memoryBytes.available
  const disk = diskBytes.total - diskBytes.available
  return (
    <Section
      title={t('host.capacity')}
      aside={isConnected ? undefined : <span className={styles['quiet']}>{t('host.asLastTold')}</span>}
    >
      <dl className={styles['capacity']}>
        <Meter
          name={t('host.cpu')}
          used={load}
          total={cpus}
          words={t('host.loadWords', { load: load.toFixed(1), count: cpus })}
        />
        <Meter
          name={t('host.memory')}
          used={memory}
          total={memoryBytes.total}
          words={t('host.of', { used: sizeWords(memory), total: sizeWords(memoryBytes.total) })}
        />
        <Meter
          name={t('host.disk')}
          used={disk}
          total={diskBytes.total}
          words={t('host.of', { used: sizeWords(disk), total: sizeWords(diskBytes.total) })}
        />
        {ports === undefined ? null : (
          <Meter
            name={t('host.ports')}
            used={ports.inUse + ports.quarantined}
            total={ports.inUse + ports.quarantined + ports.free}
            words={t('host.portsWords', { inUse: ports.inUse, quarantined: ports.quarantined, free: ports.free })}
          />
        )}
      </dl>
    </Section>
  )
}

type MeterOf = { readonly name: string; readonly used: number; readonly total: number; readonly words: string }

function Meter({ name, used, total, words }: MeterOf) {
  const { language } = useWords()
  const { share, isTight } = fullness(used, total)
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong data-tight={isTight}>{percentWords(total === 0 ? 0 : used / total, language)}</strong> {words}
        <span className={styles['bar']} aria-hidden="true">
          <span data-tight={isTight} style={{ width: `${share * 100}%` }} />
        </span>
      </dd>
    </div>
  )
}
