import { describe, expect, it } from 'vitest'
import { machineNameOf, shortExecution, shortMachine } from './names.ts'

describe('names on the command line', () => {
  it.each([
    ['order.asl.json', 'order'],
    ['flows/order.json', 'order'],
    ['./order.ts', 'order'],
    ['C:\\flows\\my order.asl.json', 'my-order'],
    ['-', 'machine'],
    [`${'x'.repeat(100)}.json`, 'x'.repeat(80)],
  ])('the machine of %s is %s', (path, name) => expect(machineNameOf(path)).toBe(name))

  it('are shorter than ARNs', () => {
    expect(shortExecution('arn:aws:states:us-east-1:000000000000:execution:order:e1')).toBe('order:e1')
    expect(shortExecution('order:e1')).toBe('order:e1')
    expect(shortMachine('arn:aws:states:us-east-1:000000000000:stateMachine:order')).toBe('order')
  })
})
