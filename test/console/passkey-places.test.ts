import { expect, it } from 'vitest'
import { relyingPartyAt } from '../../src/access/passkey/relying-party.ts'
import { placeOf } from '../../src/console/pages/passkey/place.ts'

it.each([
  ...['https://holdfast.acme.example', 'https://holdfast.acme.example:8443', 'http://localhost:7400'],
  ...['http://one.localhost:7400', 'http://127.0.0.1:7400', 'http://[::1]:7400', 'https://127.0.0.1'],
  ...['https://10.1.2.3', 'http://holdfast.acme.example', 'http://2130706433:7400'],
])('at %s the console offers passkeys exactly where the server takes them', (url) => {
  expect(placeOf(new URL(url)).kind === 'good').toBe(relyingPartyAt(url) !== undefined)
})
