import { expect, it } from 'vitest'
import { sendsInClear } from './plain-http.ts'

it.each([
  'https://plane.example',
  'http://localhost:7400',
  'http://127.0.0.1:7400',
  'http://127.8.9.1',
  'http://127.1:7400',
  'http://[::1]:7400',
])('%s keeps what is sent from other ears', (url) => {
  expect(sendsInClear(url)).toBe(false)
})

it.each([
  'http://10.0.0.1:7400',
  'http://plane.example',
  'http://127.0.0.1.plane.example',
  'http://localhost.plane.example',
  'http://127.0.0.1@plane.example',
  'http://[fe80::1]:7400',
  'http://0.0.0.0:7400',
])('%s sends it over the wire as it is', (url) => {
  expect(sendsInClear(url)).toBe(true)
})
