import { expect, it } from 'vitest'
import { deploySearch } from './search.ts'

it('the address of a deployment holds what is looked at, and nothing that is not known', () => {
  expect(deploySearch({ tab: 'logs', instance: 'web/0', find: 'error', state: '' })).toEqual({
    ...{ tab: 'logs', instance: 'web/0', find: 'error' },
  })
  expect(deploySearch({ tab: 'nonsense', state: 7 })).toEqual({})
})
