/** One of a few, or any: a filter. The browser's own list, which every phone and screen reader knows. */
import styles from './choice.module.css'

type Choice<Value extends string> = {
  readonly label: string
  readonly any: string
  readonly value: Value | undefined
  readonly options: readonly (readonly [value: Value, words: string])[]
  readonly onChoose: (value: Value | undefined) => void
}

export function Choice<Value extends string>({ label, any, value, options, onChoose }: Choice<Value>) {
  return (
    <select
      className={styles['choice']}
      aria-label={label}
      data-set={value !== undefined}
      value={value ?? ''}
      onChange={(event) => onChoose(options.find(([one]) => one === event.currentTarget.value)?.[0])}
    >
      <option value="">{any}</option>
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  )
}
