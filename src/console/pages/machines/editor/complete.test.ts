import { jsonLanguage } from '@codemirror/lang-json'
import { describe, expect, it } from 'vitest'
import { offersAt } from './complete.ts'
import { pathAt, stateAt, statesIn } from './places.ts'

/** `|` is where the cursor is. */
function at(marked: string) {
  const cursor = marked.indexOf('|')
  const text = marked.replace('|', '')
  return { text, cursor, tree: jsonLanguage.parser.parse(text) }
}

function offered(marked: string): readonly string[] {
  const { text, cursor, tree } = at(marked)
  return offersAt(tree, text, cursor)?.offers.map(({ label }) => label) ?? []
}

const nested = `{"StartAt":"Each","States":{"Each":{"Type":"Map","ItemProcessor":{"StartAt":"In","States":{
  "In":{"Type":"Pass","End":true}}},"Next":"Last"},"Last":{"Type":"Succeed"}}}`

describe('where things stand in a text', () => {
  it('finds each state, also inside of others', () => {
    const { text, tree } = at(`${nested}|`)
    const states = statesIn(tree, text)
    expect(states.map(({ name }) => name)).toEqual(['Each', 'In', 'Last'])
    expect(stateAt(states, text.indexOf('"Pass"'))?.name).toBe('In')
    expect(stateAt(states, text.indexOf('"Next"'))?.name).toBe('Each')
    expect(stateAt(states, 2)).toBeUndefined()
  })

  it('finds them while the text is no JSON yet', () => {
    const { text, tree } = at('{"States":{"A":{"Type":"Pa|')
    expect(statesIn(tree, text).map(({ name }) => name)).toEqual(['A'])
  })

  it('tells the way to a value', () => {
    const { text, cursor, tree } = at('{"States":{"A":{"Retry":[{},{"ErrorEquals":["x","|"]}]}}}')
    expect(pathAt(tree, text, cursor)).toEqual(['States', 'A', 'Retry', 1, 'ErrorEquals', 1])
  })
})

describe('completion', () => {
  it('offers the states of the same scope where one follows', () => {
    expect(offered(nested.replace('"Next":"Last"', '"Next":"|"'))).toEqual(['Each', 'Last'])
    expect(offered(nested.replace('"StartAt":"In"', '"StartAt":"|"'))).toEqual(['In'])
  })

  it('offers the fields that such a state may have in its language and does not have yet', () => {
    const fields = offered('{"QueryLanguage":"JSONata","States":{"A":{"Type":"Task","|":1}}}')
    expect(fields.slice(0, 1)).toEqual(['Resource'])
    expect(fields).toContain('Arguments')
    expect(fields).not.toContain('Parameters')
    expect(fields).not.toContain('Type')
    expect(offered('{"States":{"A":{"Type":"Task","|":1}}}')).toContain('Parameters')
  })

  it('offers the fields of retriers, catchers and rules', () => {
    expect(offered('{"States":{"A":{"Type":"Task","Retry":[{"|":1}]}}}')).toContain('BackoffRate')
    expect(offered('{"States":{"A":{"Type":"Task","Catch":[{"|":1}]}}}')).toContain('Next')
    expect(offered('{"States":{"A":{"Type":"Choice","Choices":[{"|":1}]}}}')).toContain('NumericLessThan')
  })

  it('offers resources, errors and words where they stand', () => {
    expect(offered('{"States":{"A":{"Type":"Task","Resource":"|"}}}')).toContain(
      'arn:aws:states:::lambda:invoke.waitForTaskToken',
    )
    expect(offered('{"States":{"A":{"Catch":[{"ErrorEquals":["|"]}]}}}')).toContain('States.Timeout')
    expect(offered('{"States":{"A":{"Type":"|"}}}')).toContain('Parallel')
  })

  it('says nothing about what is the author’s own', () => {
    expect(offered('{"States":{"A":{"Type":"Task","Parameters":{"|":1}}}}')).toEqual([])
    expect(offered('{"States":{"A":{"Type":"Pass","Result":{"Next":"|"}}}}')).toEqual([])
  })
})
