import { describe, expect, it } from 'vitest'
import { graphOf } from '../../asl/index.ts'
import { jsonFromPlain } from '../../base/index.ts'
import { paintFor } from '../paint.ts'
import { drawDot } from './dot.ts'
import { drawMermaid } from './mermaid.ts'
import { drawTree } from './tree.ts'

const paint = paintFor({ write() {}, isTerminal: false, columns: 80, rows: 24 }, {})

const graph = graphOf(
  jsonFromPlain({
    StartAt: 'Size',
    States: {
      Sorry: { Type: 'Fail', Error: 'Refused' },
      Size: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 1, Next: 'Both' }], Default: 'Sorry' },
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Pack', States: { Pack: { Type: 'Pass', End: true } } },
          { StartAt: 'Say "hi"', States: { 'Say "hi"': { Type: 'Wait', Seconds: 5, End: true } } },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sorry' }],
        End: true,
      },
    },
  }),
)

describe('a state machine drawn', () => {
  it('as a tree, from the start along the edges', () => {
    expect(drawTree(graph, paint).split('\n')).toEqual([
      '▶ Size  Choice',
      '├ if $.n NumericGreaterThan 1 → Both',
      '└ otherwise → Sorry',
      '○ Both  Parallel',
      '│ branch 1',
      '│   ▶ Pack  Pass',
      '│   └ end',
      '│ branch 2',
      '│   ▶ Say "hi"  Wait  5 s',
      '│   └ end',
      '├ on States.ALL → Sorry',
      '└ end',
      '○ Sorry  Fail  Refused',
      '└ end',
    ])
  })

  it('for Graphviz, quotes escaped, scopes as clusters', () => {
    const dot = drawDot(graph)
    expect(dot).toContain('"Size" -> "Both" [label="$.n NumericGreaterThan 1"]')
    expect(dot).toContain('"Both" -> "Sorry" [label="States.ALL", style=dashed]')
    expect(dot).toContain('subgraph "cluster Both/1/" {')
    expect(dot).toContain('"Both/1/Say \\"hi\\"" [label="Say \\"hi\\"\\nWait"]')
    expect(dot.match(/\{/g)?.length).toBe(dot.match(/\}/g)?.length)
  })

  it('for Mermaid, with numbered states and no character that would end a label', () => {
    expect(drawMermaid(graph).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> s_1',
      '  state "Sorry" as s_0',
      '  s_0 --> [*]',
      '  state "Size" as s_1',
      '  s_1 --> s_2 : $.n NumericGreaterThan 1',
      '  s_1 --> s_0 : otherwise',
      '  state "Both" as s_2',
      '  state s_2 {',
      '    [*] --> s_2_0_0',
      '    state "Pack" as s_2_0_0',
      '    s_2_0_0 --> [*]',
      '    --',
      '    [*] --> s_2_1_0',
      '    state "Say \'hi\'" as s_2_1_0',
      '    s_2_1_0 --> [*]',
      '  }',
      '  s_2 --> s_0 : States.ALL',
      '  s_2 --> [*]',
    ])
  })
})
