import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../../asl/index.ts'
import { authorOf, percentWords, successRate, toneOfLately } from './outcomes.ts'
import { emptyDefinition, sampleDefinition, sampleInput } from './samples.ts'
import { machineEditSearch, machineSearch, sampleNames } from './search.ts'
import { placeOfPointer, skeletonOf } from './skeleton.ts'

const expressions = { check: () => [], variables: () => [] }

it.each([...sampleNames.map(sampleDefinition), emptyDefinition])(
  'what a machine begins with is right: %.60s',
  (text) => {
    expect(checkDefinition(text, { type: 'STANDARD', expressions })).toEqual([])
  },
)

it.each(sampleNames)('the input of the sample %s is JSON', (name) => {
  expect(JSON.parse(sampleInput(name))).toBeTypeOf('object')
})

describe('how a machine does', () => {
  it('is what ended by itself', () => {
    expect(successRate({ succeeded: 3, failed: 1 })).toBe(0.75)
    expect(successRate({ succeeded: 0, failed: 0 })).toBeUndefined()
    expect(percentWords(199 / 200)).toBe('99 %')
    expect(percentWords(1)).toBe('100 %')
  })

  it('is its worst', () => {
    expect(toneOfLately({ running: 1, succeeded: 1, failed: 1 })).toBe('failed')
    expect(toneOfLately({ running: 1, succeeded: 1, failed: 0 })).toBe('running')
    expect(toneOfLately({ running: 0, succeeded: 1, failed: 0 })).toBe('done')
    expect(toneOfLately({ running: 0, succeeded: 0, failed: 0 })).toBeUndefined()
  })

  it('names who changed it as people know them', () => {
    expect(authorOf({ type: 'user', id: 'tok_1', via: 'api', name: 'mika' })).toBe('mika')
    expect(authorOf({ type: 'system', id: 'procedures', via: 'timer' })).toBe('Holdfast')
    expect(authorOf(undefined)).toBeUndefined()
  })
})

describe('an input to fill in', () => {
  it('has what the schema asks for, and no more', () => {
    const schema = {
      type: 'object',
      required: ['id', 'items', 'kind', 'count', 'where'],
      properties: {
        id: { type: 'string' },
        items: { type: 'array', items: {} },
        kind: { enum: ['small', 'large'] },
        count: { type: 'integer', exclusiveMinimum: 0 },
        where: { anyOf: [{ type: 'object', required: ['zip'], properties: { zip: { type: 'string' } } }] },
        note: { type: 'string' },
      },
    }
    expect(skeletonOf(schema)).toEqual({ id: '', items: [], kind: 'small', count: 1, where: { zip: '' } })
    expect(skeletonOf(undefined)).toBeNull()
  })

  it('is refused at a place of its text', () => {
    expect(placeOfPointer('/items/0/price')).toBe('/items[0]/price')
    expect(placeOfPointer('/a~1b')).toBe('/a/b')
  })
})

it('an address that is no good is as good as none', () => {
  expect(machineSearch({ tab: 'nothing', state: 7, revision: '' })).toEqual({ state: '7' })
  expect(machineEditSearch({ sample: 'order', side: 'run', case: 'x', type: 'NONE' })).toEqual({
    sample: 'order',
    side: 'run',
    case: 'x',
  })
})
