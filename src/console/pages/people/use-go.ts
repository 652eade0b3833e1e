/** To the other list, or to one of a list, by the address. */
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type PeopleSearch, peopleSearch } from './search.ts'

export function useGo() {
  const navigate = useNavigate()
  return useCallback(
    (changed: { readonly [Key in keyof PeopleSearch]: PeopleSearch[Key] | undefined }) =>
      void navigate({ to: '/people', search: (before) => peopleSearch({ ...before, ...changed }), replace: true }),
    [navigate],
  )
}
