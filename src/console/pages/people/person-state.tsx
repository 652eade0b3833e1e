import type { Person } from '../../api/generated.ts'
import { State } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import { standingOf } from './standing.ts'

export function PersonState({ person }: { readonly person: Person }) {
  const { t } = useWords()
  const { tone, says } = standingOf(person)
  return <State tone={tone} word={t(`people.person_${says}`, { count: person.recoveryCodes })} />
}
