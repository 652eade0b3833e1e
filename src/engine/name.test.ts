import { describe, expect, it } from 'vitest'
import { requireName } from './name.ts'

describe('names', () => {
  it.each(['pay', 'state.machine_1', 'a-b_c.d', '支払い', "(x)=!@+'", '..', '__proto__'])('may be %s', (name) => {
    expect(() => requireName(name)).not.toThrow()
  })

  const refused = [...' \t\n\u00a0\u2028\ufeff<>{}[]?*"#%\\^|~`$&,;:/\u0000\u001f\u007f\u0085\u009f\ufffe\uffff']
  it.each([...refused, '\ud800', '\udc00', '😀'])('may not contain %j', (character) => {
    expect(() => requireName(`a${character}b`)).toThrow(`Invalid Name: 'a${character}b'`)
  })
})
