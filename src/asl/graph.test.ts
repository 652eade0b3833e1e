import { describe, expect, it } from 'vitest'
import { jsonFromPlain, parseJson } from '../base/index.ts'
import { graphOf } from './graph.ts'

describe('the graph of a definition', () => {
  it('has a node for each state with what leads out of it', () => {
    const graph = graphOf(
      jsonFromPlain({
        StartAt: 'Pay',
        States: {
          Pay: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Retry: [{ ErrorEquals: ['Busy', 'Lambda.Unknown'] }],
            Catch: [{ ErrorEquals: ['Refused'], Next: 'Sorry' }],
            Next: 'Done',
          },
          Sorry: { Type: 'Fail', Error: 'NoMoney' },
          Done: { Type: 'Succeed' },
        },
      }),
    )
    expect(graph.startAt).toBe('Pay')
    expect(graph.nodes).toEqual([
      {
        name: 'Pay',
        type: 'Task',
        summary: 'lambda:invoke, retries Busy, Lambda.Unknown',
        ends: false,
        edges: [
          { kind: 'next', to: 'Done', label: '' },
          { kind: 'catch', to: 'Sorry', label: 'Refused' },
        ],
        scopes: [],
      },
      { name: 'Sorry', type: 'Fail', summary: 'NoMoney', ends: true, edges: [], scopes: [] },
      { name: 'Done', type: 'Succeed', summary: '', ends: true, edges: [], scopes: [] },
    ])
  })

  it('says the condition of each choice in one line, in both languages', () => {
    const graph = graphOf(
      jsonFromPlain({
        StartAt: 'Size',
        States: {
          Size: {
            Type: 'Choice',
            Choices: [
              { Variable: '$.total', NumericGreaterThan: 100, Next: 'Big' },
              { Not: { Variable: '$.name', IsPresent: true }, Next: 'Nameless' },
              {
                And: [
                  { Variable: '$.a', BooleanEquals: true },
                  { Variable: '$.b', IsNull: false },
                ],
                Next: 'Both',
              },
              {
                Or: [
                  { Variable: '$.a', StringEquals: 'x' },
                  { Variable: '$.b', IsNull: true },
                ],
                Next: 'Either',
              },
              { Condition: '{% $states.input.total > 5 %}', Next: 'Five' },
            ],
            Default: 'Small',
          },
        },
      }),
    )
    expect(graph.nodes[0]?.edges.map(({ label, to }) => `${label} → ${to}`)).toEqual([
      '$.total NumericGreaterThan 100 → Big',
      'not ($.name IsPresent true) → Nameless',
      '($.a BooleanEquals true) and ($.b IsNull false) → Both',
      '($.a StringEquals "x") or ($.b IsNull true) → Either',
      '$states.input.total > 5 → Five',
      'otherwise → Small',
    ])
  })

  it('holds the branches of a Parallel and the processor of a Map, by its old name too', () => {
    const inner = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } })
    const graph = graphOf(
      jsonFromPlain({
        StartAt: 'Both',
        States: {
          Both: { Type: 'Parallel', Branches: [inner('A'), inner('B')], Next: 'Each' },
          Each: { Type: 'Map', ItemProcessor: inner('C'), Next: 'Old' },
          Old: { Type: 'Map', Iterator: inner('D'), End: true },
        },
      }),
    )
    expect(graph.nodes.map((node) => node.scopes.map(({ label, graph: { startAt } }) => [label, startAt]))).toEqual([
      [
        ['branch 1', 'A'],
        ['branch 2', 'B'],
      ],
      [['each item', 'C']],
      [['each item', 'D']],
    ])
  })

  it('tells a distributed Map from an inline one: what its items are, where they come from, where results go', () => {
    const processor = (ExecutionType: string) => ({
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
      StartAt: 'T',
      States: { T: { Type: 'Pass', End: true } },
    })
    const nodes = graphOf(
      jsonFromPlain({
        States: {
          A: {
            Type: 'Map',
            ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'CSV' } },
            ItemBatcher: { MaxItemsPerBatch: 10 },
            ItemProcessor: processor('EXPRESS'),
            ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' },
            End: true,
          },
          B: { Type: 'Map', ItemProcessor: processor('STANDARD'), End: true },
        },
      }),
    ).nodes
    expect(nodes.map(({ summary, scopes }) => [summary, scopes[0]?.label])).toEqual([
      ['items of s3:getObject (CSV), results to s3:putObject', 'each batch of items, an express execution of its own'],
      ['', 'each item, an execution of its own'],
    ])
  })

  it('names what a Task calls in few words', () => {
    const summary = (task: object) =>
      graphOf(jsonFromPlain({ States: { T: { Type: 'Task', ...task } } })).nodes[0]?.summary
    const order = 'arn:aws:lambda:us-east-1:000000000000:function:order'
    expect(summary({ Resource: order, Parameters: { Task: 'charge', 'Input.$': '$' } })).toBe('task order.charge')
    expect(summary({ Resource: order })).toBe('lambda order')
    expect(summary({ Resource: 'arn:aws:states:us-east-1:000000000000:activity:approve' })).toBe('activity approve')
    expect(summary({ Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken' })).toBe(
      'sqs:sendMessage.waitForTaskToken',
    )
    expect(summary({ Resource: '{% $x %}' })).toBe('{% $x %}')
  })

  it('says how long a Wait waits', () => {
    const summary = (wait: object) =>
      graphOf(jsonFromPlain({ States: { W: { Type: 'Wait', ...wait } } })).nodes[0]?.summary
    expect(summary({ Seconds: 5 })).toBe('5 s')
    expect(summary({ SecondsPath: '$.pause' })).toBe('$.pause')
    expect(summary({ Timestamp: '2026-01-01T00:00:00Z' })).toBe('until 2026-01-01T00:00:00Z')
    expect(summary({ Seconds: '{% $pause %}' })).toBe('$pause')
    expect(summary({})).toBe('')
  })

  it.each([
    'null',
    '[]',
    '"x"',
    '{}',
    '{"States":[1]}',
    '{"States":{"A":5}}',
    '{"States":{"A":{"Choices":[null],"Catch":7}}}',
  ])('draws what it can of %s', (text) => {
    expect(() => graphOf(parseJson(text))).not.toThrow()
  })
})
