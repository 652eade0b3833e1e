/** The filters above a table, in one line as far as there is room. */
import type { ReactNode } from 'react'
import styles from './choice.module.css'

export function Filters({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles['bar']} role="search">
      {children}
    </div>
  )
}
