import { expect, it } from 'vitest'
import { secretForbidden } from './secret-file.ts'
import { maskSecrets, resolveSecrets } from './secrets.ts'

const source = {
  environment: { TOKEN: 'hunter22' },
  readFile(path: string) {
    if (path === '/key') return 'line one\nline two\n'
    if (path === '/binary') return 'a\0b'
    throw new Error(`ENOENT: no such file, open '${path}'`)
  },
}

it('resolves references to the environment and to files, without the last line break', () => {
  expect(resolveSecrets({ A: 'env:TOKEN', B: 'file:/key' }, source)).toEqual({ A: 'hunter22', B: 'line one\nline two' })
})

it.each([
  ['env:ABSENT', 'has no ABSENT'],
  ['file:/absent', 'no such file'],
  ['file:/binary', 'NUL'],
])('says what is missing for %s', (reference, why) => {
  expect(() => resolveSecrets({ DB: reference }, source)).toThrow(why)
  expect(() => resolveSecrets({ DB: reference }, source)).toThrow(
    expect.objectContaining({ code: 'host.secret_missing', place: 'secrets.DB' }),
  )
})

it('hands nobody the token of the agent itself', () => {
  const own = { ...source, environment: { HOLDFAST_TOKEN: 'hf_admin' } }
  expect(() => resolveSecrets({ T: 'env:HOLDFAST_TOKEN' }, own)).toThrow(
    expect.objectContaining({ code: 'host.secret_forbidden', place: 'secrets.T' }),
  )
})

it('names the secret that points into a folder of Holdfast', () => {
  const readFile = (): string => {
    throw secretForbidden('/data/admin-token lies in a folder of its own')
  }
  expect(() => resolveSecrets({ T: 'file:/data/admin-token' }, { ...source, readFile })).toThrow(
    expect.objectContaining({ code: 'host.secret_forbidden', place: 'secrets.T' }),
  )
})

it('masks values wherever they stand, longer ones first, and each line of a long one', () => {
  expect(maskSecrets('a hunter22 b hunter2 c', ['hunter2', 'hunter22'])).toBe('a *** b *** c')
  expect(maskSecrets('-----BEGIN\nabcdefgh\nx\n', ['-----BEGIN\nabcdefgh\nx'])).toBe('***\n')
  expect(maskSecrets('log: abcdefgh', ['-----BEGIN\nabcdefgh\nx'])).toBe('log: ***')
  expect(maskSecrets('the cat', ['cat', ''])).toBe('the cat')
})
