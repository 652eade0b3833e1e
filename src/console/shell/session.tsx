/** Signing in and out, as the page does it. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useApi } from '../api/context.tsx'
import { storedSessionKey } from '../api/session-key.ts'

/** With a link's code or with a token. @throws ApiFault */
export function useSignIn() {
  const { client, live } = useApi()
  const queries = useQueryClient()
  return async (request: { readonly code: string } | { readonly token: string }): Promise<void> => {
    const { key } = await client.call('sessionBegin', { body: request })
    storedSessionKey.write(key)
    // What somebody else saw on this page is theirs.
    queries.clear()
    live.retry()
  }
}

/** With what an identity provider has sent the browser back with; answers where to go. @throws ApiFault */
export function useSignOn() {
  const { client, live } = useApi()
  const queries = useQueryClient()
  return async (query: string): Promise<string> => {
    const { key, from } = await client.call('signOnFinish', { body: { query } })
    storedSessionKey.write(key)
    queries.clear()
    live.retry()
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
