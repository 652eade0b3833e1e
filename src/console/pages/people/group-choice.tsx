/** Which of the groups that there are. */
import { useAnswer } from '../../api/context.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './people.module.css'

type Choice = { readonly chosen: readonly string[]; readonly onChange: (chosen: readonly string[]) => void }

export function GroupChoice({ chosen, onChange }: Choice) {
  const { t } = useWords()
  const names = (useAnswer('groupList', {}).data?.items ?? []).map(({ name }) => name)
  if (names.length === 0) return null
  return (
    <fieldset className={styles['groups']}>
      <legend>{t('people.inGroups')}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(checked ? [...chosen, name] : chosen.filter((one) => one !== name))
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  )
}
