/** To another list, or to one thing of it, by the address. */
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type AccessSearch, accessSearch } from './search.ts'

export function useGo() {
  const navigate = useNavigate()
  return useCallback(
    (changed: { readonly [Key in keyof AccessSearch]: AccessSearch[Key] | undefined }) =>
      void navigate({ to: '/access', search: (before) => accessSearch({ ...before, ...changed }), replace: true }),
    [navigate],
  )
}
