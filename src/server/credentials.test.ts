import { expect, it } from 'vitest'
import { tokenIn } from './credentials.ts'

it.each([
  ['Bearer hf_abc', 'hf_abc'],
  ['bearer  hf_abc ', 'hf_abc'],
])('the token in "%s" is %s', (header, token) => {
  expect(tokenIn(header)).toBe(token)
})

// A signature of AWS names its key in the clear: it proves nothing by that.
const signature =
  'AWS4-HMAC-SHA256 Credential=hf_abc/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0a'

it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer a b', 'Basic aGY6', signature])(
  'there is none in "%s"',
  (header) => {
    expect(tokenIn(header)).toBeUndefined()
  },
)
