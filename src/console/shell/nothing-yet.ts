/** Somebody who is signed in and may nothing: whom an admin would give something, and how. Pure. */
import type { SignedIn } from '../api/generated.ts'

export const mayNothing = (session: Pick<SignedIn, 'grants'> | undefined): boolean => session?.grants.length === 0

/** To see everything is the least that somebody is given; undefined where it is nobody in particular. */
export const commandFor = ({ login }: Pick<SignedIn, 'login'>): string | undefined =>
  login === undefined ? undefined : `holdfast people set ${login} --may viewer`
