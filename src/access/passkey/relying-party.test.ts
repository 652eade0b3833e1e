import { expect, it } from 'vitest'
import { relyingPartyAt, relyingPartyOf } from './relying-party.ts'

it.each([
  ['https://holdfast.acme.example', 'holdfast.acme.example', 'https://holdfast.acme.example'],
  ['https://holdfast.acme.example:8443', 'holdfast.acme.example', 'https://holdfast.acme.example:8443'],
  ['https://HOLDFAST.acme.example:443', 'holdfast.acme.example', 'https://holdfast.acme.example'],
  ['http://localhost:7400', 'localhost', 'http://localhost:7400'],
  ['http://one.localhost:7400', 'one.localhost', 'http://one.localhost:7400'],
])('at %s passkeys are made for %s', (origin, id, exact) => {
  expect(relyingPartyOf(origin)).toEqual({ id, origin: exact })
})

it.each([
  ['http://127.0.0.1:7400', 'open it as http://localhost:7400'],
  ['http://[::1]:7400', 'open it as http://localhost:7400'],
  ['http://127.0.0.1', 'open it as http://localhost'],
  ['https://10.1.2.3', 'open the console by its https address'],
  ['https://[2001:db8::1]', 'open the console by its https address'],
  // Another spelling of 127.0.0.1.
  ['http://2130706433:7400', 'open it as http://localhost:7400'],
  ['http://holdfast.acme.example', 'open the console by its https address'],
])('at %s browsers take none, and whoever asks is told: %s', (origin, repair) => {
  expect(relyingPartyAt(origin)).toBeUndefined()
  expect(refusal(() => relyingPartyOf(origin))).toMatchObject({ code: 'access.passkey_address', repair })
})

function refusal(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
