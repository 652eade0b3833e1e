/** What somebody may do, as a list that can be changed: a role, everywhere, on a project or on one config of it. */
import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { useAnswer } from '../api/context.tsx'
import { type Grant, type Role, roles } from '../api/may.ts'
import { useWords } from '../words/index.tsx'
import { grantAt, grantText, whereText } from './grant.ts'
import styles from './grants.module.css'
import { Icon } from './icons.tsx'

type Editor = {
  readonly grants: readonly Grant[]
  readonly onChange: (grants: readonly Grant[]) => void
  readonly label: string
}

export function GrantsEditor({ grants, onChange, label }: Editor) {
  const { t } = useWords()
  const change = (index: number, grant: Grant): void => onChange(grants.with(index, grant))
  return (
    <fieldset className={styles['grants']}>
      <legend>{label}</legend>
      {grants.length === 0 ? <p className={styles['quiet']}>{t('part.grantsNone')}</p> : null}
      {grants.map((grant, index) => (
        <GrantRow
          // Two may be alike while they are written.
          key={`${index} of ${grants.length}`}
          grant={grant}
          onChange={(changed) => change(index, changed)}
          onRemove={() => onChange(grants.toSpliced(index, 1))}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<Icon name="add" size={13} />}
        onClick={() => onChange([...grants, { role: 'viewer' }])}
      >
        {t('part.grantsAdd')}
      </Button>
    </fieldset>
  )
}

type Row = { readonly grant: Grant; readonly onChange: (grant: Grant) => void; readonly onRemove: () => void }

function GrantRow({ grant, onChange, onRemove }: Row) {
  const { t } = useWords()
  const { role, ...where } = grant
  return (
    <div className={styles['row']}>
      <NativeSelect
        size="xs"
        aria-label={t('part.grantsRole')}
        value={role}
        data={roles.map((one) => ({ value: one, label: t(`part.role_${one}`) }))}
        onChange={({ currentTarget: { value } }) => onChange({ ...where, role: roleOf(value) })}
      />
      <Where grant={grant} onChange={onChange} />
      <ActionIcon size={28} aria-label={t('part.grantsRemove', { grant: grantText(grant) })} onClick={onRemove}>
        <Icon name="close" size={13} />
      </ActionIcon>
    </div>
  )
}

const roleOf = (text: string): Role => roles.find((one) => one === text) ?? 'viewer'

/** Known places to choose from, and whatever it says already. */
function Where({ grant, onChange }: Omit<Row, 'onRemove'>) {
  const { t } = useWords()
  const places = useAnswer('placeList', {}).data?.items ?? []
  const own = whereText(grant)
  const known = new Set([...places.flatMap(({ project, config }) => [project, `${project}/${config}`]), own])
  known.delete('')
  const list = [...known].toSorted()
  return (
    <>
      <input
        className={styles['where']}
        aria-label={t('part.grantsWhere')}
        placeholder={t('part.grantsEverywhere')}
        list="known-places"
        defaultValue={own}
        onChange={({ currentTarget: { value } }) => onChange(grantAt(grant.role, value))}
      />
      <datalist id="known-places">
        {list.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}
