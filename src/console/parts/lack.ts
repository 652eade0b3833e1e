/** What somebody lacks, in words. */
import type { Lack } from '../api/may.ts'
import type { Words } from '../words/index.tsx'

export function lackWords({ roles, place, isBound }: Lack, { t, language }: Pick<Words, 't' | 'language'>): string {
  const named = new Intl.ListFormat(language, { type: 'disjunction' }).format(roles)
  if (place !== undefined) return t('part.needsThere', { roles: named, place: `${place.project} › ${place.config}` })
  return t(isBound ? 'part.needsEverywhere' : 'part.needs', { roles: named })
}
