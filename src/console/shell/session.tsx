/** Signing in and out, as the page does it. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useApi } from '../api/context.tsx'
import { signByPasskey } from '../api/passkey.ts'
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

/** By passkey; `login`: of whoever typed a name, else the passkey says whose it is. @throws ApiFault, PasskeyFault */
export function usePasskeySignIn() {
  const { client } = useApi()
  const enter = useEnter()
  return async (login: string): Promise<void> => {
    const options = await client.call('passkeySignInBegin', { body: login === '' ? {} : { login } })
    const credential = await signByPasskey(options)
    enter((await client.call('passkeySignInFinish', { body: { credential } })).key)
  }
}

/** By name and recovery code, for who has lost their passkey. @throws ApiFault */
export function useRecovery() {
  const { client } = useApi()
  const enter = useEnter()
  return async (recovery: { readonly login: string; readonly recoveryCode: string }): Promise<void> =>
    enter((await client.call('recoverySignIn', { body: recovery })).key)
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

/** `from`: of the console, where the next sign-in leads. */
export function useSignOut() {
  const { client } = useApi()
  const queries = useQueryClient()
  const navigate = useNavigate()
  return async (from?: string): Promise<void> => {
    await client.call('sessionEnd', {})
    storedSessionKey.write(undefined)
    queries.clear()
    await navigate({ to: '/sign-in', search: from === undefined ? {} : { from } })
  }
}
