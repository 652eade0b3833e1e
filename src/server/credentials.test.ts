import { expect, it } from 'vitest'
import { tokenIn } from './credentials.ts'

const signature = (key: string): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/states/aws4_request, SignedHeaders=host;x-amz-date, Signature=0a`

it.each([
  ['Bearer hf_abc', 'hf_abc'],
  ['bearer  hf_abc ', 'hf_abc'],
  [signature('hf_abc'), 'hf_abc'],
  [signature('AKIAIOSFODNN7EXAMPLE'), 'AKIAIOSFODNN7EXAMPLE'],
])('the token in "%s" is %s', (header, token) => {
  expect(tokenIn(header)).toBe(token)
})

it.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer a b',
  'Basic aGY6',
  'AWS4-HMAC-SHA256 Credential=',
  signature(''),
])('there is no token in "%s"', (header) => {
  expect(tokenIn(header)).toBeUndefined()
})
