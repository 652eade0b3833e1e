/** An empty page teaches: what it will show, and the command that fills it. */
import type { ReactNode } from 'react'
import { Command } from './command.tsx'
import styles from './parts.module.css'

type Empty = { readonly title: string; readonly children?: ReactNode; readonly commands?: readonly string[] }

export function Empty({ title, children, commands = [] }: Empty) {
  return (
    <section className={styles['empty']}>
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {commands.map((text) => (
        <Command key={text} text={text} />
      ))}
    </section>
  )
}
