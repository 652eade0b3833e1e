/** One of two or three ways to look at a thing. */
import styles from './switch.module.css'

type Switch<Value extends string> = {
  readonly label: string
  readonly value: Value
  readonly options: readonly (readonly [value: Value, words: string])[]
  readonly onChoose: (value: Value) => void
}

export function Switch<Value extends string>({ label, value, options, onChoose }: Switch<Value>) {
  return (
    <div className={styles['switch']} role="group" aria-label={label}>
      {options.map(([one, words]) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => onChoose(one)}>
          {words}
        </button>
      ))}
    </div>
  )
}
