/** Somebody joins and signs in as a browser does it. */
import { Secret, TOTP } from 'otpauth'
import type { Holdfast } from './holdfast.ts'

export type Joined = {
  readonly login: string
  readonly password: string
  readonly code: string
  readonly totpSecret: string
  readonly recoveryCodes: readonly string[]
  readonly session: Session
}
export type Session = { readonly cookie: string; readonly secret: string; readonly key: string }

export const codeNow = (totpSecret: string, laterMs = 0): string =>
  new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: Date.now() + laterMs })

export async function joinAs(holdfast: Holdfast, login: string, password: string, grants: object[]): Promise<Joined> {
  const added = await holdfast.asAdmin('POST /v1/people', { login, name: `Somebody called ${login}`, grants })
  const code = /"code":"([^"]+)"/.exec(added.text)?.[1] ?? ''
  const begun = await holdfast.call('POST /v1/join/begin', { body: { code } })
  const totpSecret = String(begun.body['totpSecret'])
  const joined = await holdfast.call('POST /v1/join', { body: { code, password, totp: codeNow(totpSecret) } })
  if (joined.status !== 201) throw new Error(`${login} could not join: ${joined.text}`)
  const cookie = String(joined.headers['set-cookie']).split(';')[0] ?? ''
  const session = { cookie, secret: cookie.split('=')[1] ?? '', key: String(joined.body['key']) }
  return { login, password, code, totpSecret, recoveryCodes: joined.body['recoveryCodes'] as string[], session }
}

export const withSession = ({ cookie, key }: Session): Record<string, string> => ({
  ...{ cookie, 'x-holdfast-session': key },
})
