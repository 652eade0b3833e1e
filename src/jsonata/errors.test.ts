import { expect, it } from 'vitest'
import { closed, jsonataErrorCodes, workerFailed } from './errors.ts'

it('every error of this folder is in its list of codes', () => {
  const errors = [closed(), workerFailed(new Error('x'))]
  expect(errors.map((error) => error.code).toSorted()).toEqual([...jsonataErrorCodes].toSorted())
})
