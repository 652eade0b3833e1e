import { expect, it } from 'vitest'
import { matching } from './matching.ts'

const names = ['Mika Tanaka', 'Ken Sato', 'mika-laptop']
const found = (typed: string | undefined): readonly string[] => matching(names, typed, (name) => name)

it.each([
  [undefined, names],
  ['  ', names],
  ['MIKA', ['Mika Tanaka', 'mika-laptop']],
  ['tanaka mika', ['Mika Tanaka']],
  ['sato x', []],
])('%j finds %j', (typed, wanted) => {
  expect(found(typed)).toEqual(wanted)
})
