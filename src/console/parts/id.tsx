/** An id: monospace, whole or with its middle left out, to copy. */
import { Copy } from './copy.tsx'
import styles from './parts.module.css'

export function Id({
  value,
  what = 'id',
  short = false,
}: {
  readonly value: string
  readonly what?: string
  readonly short?: boolean
}) {
  return (
    <span className={styles['id']}>
      <code title={value}>{short ? shortened(value) : value}</code>
      <Copy text={value} what={what} />
    </span>
  )
}

/** What begins and what ends it tells two ids apart; the middle seldom does. */
export function shortened(value: string, head = 8, tail = 6): string {
  return value.length <= head + tail + 1 ? value : `${value.slice(0, head)}…${value.slice(-tail)}`
}
