/** The frame of every page: its title, its answer in words in the first line, its one primary action, and its content. */
import type { ReactNode } from 'react'
import styles from './page.module.css'

type PageFrame = {
  readonly title: ReactNode
  /** Of the browser's tab. */
  readonly name: string
  /** The answer of the page, in words. */
  readonly status?: ReactNode
  readonly actions?: ReactNode
  /** The content takes the height that is left and scrolls by itself. */
  readonly fill?: boolean
  readonly children: ReactNode
}

export function Page({ title, name, status, actions, fill = false, children }: PageFrame) {
  return (
    <div className={`${styles['page']} ${fill ? styles['fill'] : ''}`}>
      <title>{`${name} · Holdfast`}</title>
      <header className={styles['header']}>
        <div className={styles['heading']}>
          <h1>{title}</h1>
          {status === undefined ? null : <div className={styles['status']}>{status}</div>}
        </div>
        {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** Facts in pairs: name and value. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className={styles['section']}>
      <div className={styles['sectionHead']}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}
