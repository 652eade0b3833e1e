/** What is asked most stands in one line; the rest is a click away, and in sight as soon as it is set. */
import { Button, TextInput } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Choice } from '../../parts/choice.tsx'
import { Filters } from '../../parts/filters.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './audit.module.css'
import { actions, type AuditSearch, fieldTime, localField } from './search.ts'

type FiltersOf = {
  readonly search: AuditSearch
  readonly onChange: (changed: { readonly [Key in keyof AuditSearch]: AuditSearch[Key] | undefined }) => void
}

export function AuditFilters({ search, onChange }: FiltersOf) {
  const { t } = useWords()
  const { subject, execution, from, to } = search
  const isSet = [subject, execution, from, to].some((one) => one !== undefined)
  const [isOpen, setOpen] = useState(isSet)
  const onText = useCallback((text: string | undefined) => onChange({ text }), [onChange])
  const onActor = useCallback((actor: string | undefined) => onChange({ actor }), [onChange])
  return (
    <>
      <Filters>
        <SearchField isMain label={t('audit.text')} value={search.text} onSearch={onText} />
        <SearchField label={t('audit.actor')} value={search.actor} onSearch={onActor} />
        <Choice
          label={t('audit.action')}
          any={t('audit.anyAction')}
          value={search.action}
          options={actions.map((action) => [action, action] as const)}
          onChoose={(action) => onChange({ action })}
        />
        {isSet ? null : (
          <Button variant="subtle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t(isOpen ? 'audit.fewer' : 'audit.more')}
          </Button>
        )}
      </Filters>
      {isOpen || isSet ? <MoreFilters search={search} onChange={onChange} /> : null}
    </>
  )
}

function MoreFilters({ search, onChange }: FiltersOf) {
  const { t } = useWords()
  const onSubject = useCallback((subject: string | undefined) => onChange({ subject }), [onChange])
  const onExecution = useCallback((execution: string | undefined) => onChange({ execution }), [onChange])
  return (
    <Filters>
      <SearchField label={t('audit.search')} value={search.subject} onSearch={onSubject} />
      <SearchField label={t('audit.execution')} value={search.execution} onSearch={onExecution} />
      <TimeField label={t('audit.since')} value={search.from} onChange={(from) => onChange({ from })} />
      <TimeField label={t('audit.until')} value={search.to} onChange={(to) => onChange({ to })} />
    </Filters>
  )
}

type TimeFieldOf = {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (at: string | undefined) => void
}

/** The browser's own, which every phone knows. */
function TimeField({ label, value, onChange }: TimeFieldOf) {
  return (
    <label className={styles['time']}>
      {label}
      <TextInput
        type="datetime-local"
        value={localField(value)}
        onChange={(event) => onChange(fieldTime(event.currentTarget.value))}
      />
    </label>
  )
}
