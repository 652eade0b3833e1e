/** What somebody lacks, in words. */
import type { Lack } from '../api/may.ts'
import type { Words } from '../words/index.tsx'

export function lackWords({ roles, place, isBound }: Lack, { t, language }: Pick<Words, 't' | 'language'>): string {
  const listed = new Intl.ListFormat(language, { type: 'disjunction' }).format(roles)
  // Between Japanese and Latin letters stands a space, which the list does not put there.
  const named = listed.replaceAll(/([a-z])または/g, '$1 または').replaceAll(/または([a-z])/g, 'または $1')
  if (place !== undefined) return t('part.needsThere', { roles: named, place: `${place.project} › ${place.config}` })
  return t(isBound ? 'part.needsEverywhere' : 'part.needs', { roles: named })
}
