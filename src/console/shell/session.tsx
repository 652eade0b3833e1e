/** Signing in and out, as the page does it. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useApi } from '../api/context.tsx'
import { storedSessionKey } from '../api/session-key.ts'

export type SignIn =
  | { readonly code: string }
  | { readonly token: string }
  | { readonly step: string; readonly totp: string }
  | { readonly step: string; readonly recoveryCode: string }

/** With a link's code, with a token, or with the second half of a sign-in by name. @throws ApiFault */
export function useSignIn() {
  const { client } = useApi()
  const enter = useEnter()
  return async (request: SignIn): Promise<void> => enter((await client.call('sessionBegin', { body: request })).key)
}

/** From here on as whose key it is. */
export function useEnter() {
  const { live } = useApi()
  const queries = useQueryClient()
  return (key: string): void => {
    storedSessionKey.write(key)
    // What somebody else saw on this page is theirs.
    queries.clear()
    live.retry()
  }
}

/** With what an identity provider has sent the browser back with; answers where to go. @throws ApiFault */
export function useSignOn() {
  const { client } = useApi()
  const enter = useEnter()
  return async (query: string): Promise<string> => {
    const { key, from } = await client.call('signOnFinish', { body: { query } })
    enter(key)
    return from
  }
}

export function useSignOut() {
  const { client } = useApi()
  const queries = useQueryClient()
  const navigate = useNavigate()
  return async (): Promise<void> => {
    await client.call('sessionEnd', {})
    storedSessionKey.write(undefined)
    queries.clear()
    await navigate({ to: '/sign-in' })
  }
}
