import { expect, it } from 'vitest'
import { placeOf } from './place.ts'

it.each([
  ['https://holdfast.acme.example', { kind: 'good' }],
  ['https://holdfast.acme.example:8443', { kind: 'good' }],
  ['http://localhost:7400', { kind: 'good' }],
  ['http://one.localhost:7400', { kind: 'good' }],
  ['http://127.0.0.1:7400', { kind: 'address', instead: 'http://localhost:7400' }],
  ['http://[::1]:7400', { kind: 'address', instead: 'http://localhost:7400' }],
  ['http://127.0.0.1', { kind: 'address', instead: 'http://localhost' }],
  ['https://127.0.0.1', { kind: 'address', instead: undefined }],
  ['http://127.0.0.2:7400', { kind: 'address', instead: undefined }],
  ['https://10.1.2.3', { kind: 'address', instead: undefined }],
  ['http://holdfast.acme.example', { kind: 'plain' }],
])('at %s passkeys are %j', (url, place) => {
  expect(placeOf(new URL(url))).toEqual(place)
})
