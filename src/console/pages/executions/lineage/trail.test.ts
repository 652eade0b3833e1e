import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../../base/index.ts'
import { Story } from '../story.ts'
import { FactBook } from './facts.ts'
import { jsonataReference, type Keys, pathOf, pathReference } from './keys.ts'
import { lineageOf } from './trail.ts'

type Line = readonly [id: number, previous: number, type: string, details?: Readonly<Record<string, unknown>>]

function told(machine: object, lines: readonly Line[]) {
  const story = new Story((act) => act())
  for (const [id, previousEventId, type, details] of lines) {
    story.add({ id, previousEventId, type, at: new Date(1000).toISOString(), details: details ?? {} })
  }
  const book = new FactBook(story, parseJson(JSON.stringify(machine)))
  return (state: string, ...keys: Keys) => {
    const row = story.stays(state).at(-1)
    if (row === undefined) return 'no such stay'
    const stops = lineageOf(book, { side: 'input', row, keys })
    return stops.map((stop) => {
      const passed = stop.passed.map(({ name }) => `${name}>`).join('')
      const where = 'row' in stop ? stop.row.name : ''
      const how = stop.kind === 'set' ? stop.by : 'keys' in stop ? pathOf(stop.keys) : ''
      return `${passed}${stop.kind} ${where} ${how}${stop.isCertain ? '' : ' perhaps'}`
    })
  }
}

const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:f' }

describe('the lineage of a field', () => {
  const machine = {
    StartAt: 'Price',
    States: { Price: { ...task, ResultPath: '$.price', Next: 'Pay' }, Pay: { ...task, End: true } },
  }
  const failed: readonly Line[] = [
    [1, 0, 'ExecutionStarted', { input: '{"n":1,"who":"a"}' }],
    [2, 0, 'TaskStateEntered', { name: 'Price', input: '{"n":1,"who":"a"}' }],
    [3, 2, 'TaskStateExited', { name: 'Price', output: '{"n":1,"who":"a","price":5}' }],
    [4, 3, 'TaskStateEntered', { name: 'Pay', input: '{"n":1,"who":"a","price":5}' }],
    [5, 4, 'TaskScheduled'],
    [6, 5, 'TaskFailed', { error: 'Busy' }],
    [7, 6, 'ExecutionFailed', { error: 'Busy' }],
  ]

  it('is the state that set it, or the input of the execution behind those that passed it on', () => {
    const from = told(machine, failed)
    expect(from('Pay', 'price')).toEqual(['set Price result'])
    expect(from('Pay', 'who')).toEqual(['Price>execution  $.who'])
    expect(from('Pay', 'missing')).toEqual(['unknown Pay '])
  })

  it('is a person where the input was corrected, and what was before where it was left alone', () => {
    const from = told(machine, [
      ...failed,
      [8, 7, 'ExecutionRedriven'],
      [9, 8, 'TaskStateEntered', { name: 'Pay', input: '{"n":1,"who":"a","price":7}' }],
    ])
    expect(from('Pay', 'price')).toEqual(['corrected Pay $.price'])
    expect(from('Pay', 'who')).toEqual(['Price>execution  $.who'])
  })

  it('is not claimed where the definition says otherwise than the data', () => {
    const other = { StartAt: 'Price', States: { ...machine.States, Price: { ...task, ResultPath: null, Next: 'Pay' } } }
    expect(told(other, failed)('Pay', 'price')).toEqual(['set Price unknown'])
  })

  it('is perhaps what an expression was given, where that came out the same', () => {
    const merged = {
      QueryLanguage: 'JSONata',
      StartAt: 'Price',
      States: {
        Price: { ...task, Output: '{% $merge([$states.input, {"price": 5}]) %}', Next: 'Pay' },
        Pay: { ...task, End: true },
      },
    }
    const from = told(merged, failed)
    expect(from('Pay', 'who')).toEqual(['Price>execution  $.who perhaps'])
    expect(from('Pay', 'price')).toEqual(['set Price expression'])
  })

  it('ends where several iterations were redriven into the same state at once', () => {
    const each = {
      StartAt: 'Each',
      States: {
        Each: { Type: 'Map', ItemProcessor: { StartAt: 'Pay', States: { Pay: { ...task, End: true } } }, End: true },
      },
    }
    const from = told(each, [
      [1, 0, 'ExecutionStarted', { input: '[1,2]' }],
      [2, 0, 'MapStateEntered', { name: 'Each', input: '[1,2]' }],
      [3, 2, 'MapStateStarted', { length: 2 }],
      [4, 3, 'MapIterationStarted', { name: 'Each', index: 0 }],
      [5, 4, 'TaskStateEntered', { name: 'Pay', input: '1' }],
      [6, 3, 'MapIterationStarted', { name: 'Each', index: 1 }],
      [7, 6, 'TaskStateEntered', { name: 'Pay', input: '2' }],
      [8, 7, 'ExecutionAborted'],
      [9, 8, 'ExecutionRedriven'],
      [10, 9, 'TaskStateEntered', { name: 'Pay', input: '9' }],
    ])
    expect(from('Pay')).toEqual(['unknown Pay '])
  })
})

it('a reference is read where an expression does nothing else', () => {
  expect(pathReference("$.a['b c'][0]")).toEqual({ to: 'document', keys: ['a', 'b c', 0] })
  expect(pathReference('$name.x')).toEqual({ to: 'variable', name: 'name', keys: ['x'] })
  expect(pathReference('$$.Map.Item.Value.id')).toEqual({ to: 'item', keys: ['id'] })
  expect(pathReference('$$.Execution.Id')).toEqual({ to: 'context' })
  for (const computed of ['$..a', '$.a[*]', '$.a[?(@.b)]', '$.a[-1]', "States.Format('{}', $.a)"]) {
    expect(pathReference(computed)).toBeUndefined()
  }
  expect(jsonataReference('{% $states.input.a.`b c`[0] %}')).toEqual({ to: 'document', keys: ['a', 'b c', 0] })
  expect(jsonataReference('{% $total.x %}')).toEqual({ to: 'variable', name: 'total', keys: ['x'] })
  expect(jsonataReference('{% $states.inputs %}')).toBeUndefined()
  expect(jsonataReference('{% $states.input.a + 1 %}')).toBeUndefined()
  expect(jsonataReference('{% $count($states.input) %}')).toBeUndefined()
})
